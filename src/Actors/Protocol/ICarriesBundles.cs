using Kindred.Gpu.Step;

namespace Kindred.Actors.Protocol;

/// <summary>A message with tensors; they belong to its receiver, or to whoever finds that it has none.</summary>
public interface ICarriesBundles
{
    IEnumerable<TensorBundle> Bundles { get; }

    /// <summary>Lets go of the bundles of a message that nobody takes.</summary>
    void Release()
    {
        foreach (var bundle in Bundles)
            bundle.Dispose();
    }
}
