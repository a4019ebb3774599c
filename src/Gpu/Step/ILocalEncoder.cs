namespace Kindred.Gpu.Step;

/// <summary>
/// A replica that can also train on a copy of itself (consistency=local): from <see cref="Begin"/> on, <see cref="IEncoder.Encode"/>
/// and <see cref="IEncoder.Backward"/> compute with the copy, which the run's state knows nothing of until a commit.
/// <see cref="IEncoder.Apply"/> is the outer step, from the average of what <see cref="Outcome"/> gave.
/// </summary>
public interface ILocalEncoder : IEncoder
{
    /// <summary>The copy becomes the state of the last commit, before which so many batches were trained on.</summary>
    void Begin(long batchesBefore);

    /// <summary>One optimizer step of the copy, from what <see cref="IEncoder.Backward"/> gave with a share of 1; the gradient stays the caller's.</summary>
    void Advance(TensorBundle gradient);

    /// <summary>share × (the copy − the state of the last commit): its part of the commit's average.</summary>
    TensorBundle Outcome(double share);
}
