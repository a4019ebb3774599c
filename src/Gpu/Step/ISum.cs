namespace Kindred.Gpu.Step;

/// <summary>fp32 addition of what shards send, used along a fixed binary tree, so that the sum has the same bits whoever computed what.</summary>
public interface ISum
{
    /// <summary>a + b as a new bundle; disposes both.</summary>
    TensorBundle Add(TensorBundle a, TensorBundle b);

    /// <summary>False when any entry is NaN or infinite: the run has diverged, and the step must not be committed.</summary>
    bool IsFinite(TensorBundle sum);
}
