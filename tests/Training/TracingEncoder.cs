using System.Collections.Concurrent;
using Kindred.Data.Formats;
using Kindred.Gpu.Step;
using Kindred.Simulation.Tensors;

namespace Kindred.Tests.Training;

/// <summary>A gradient that says of which views it is and after how many commits its parameters were: the truth, whatever messages claim.</summary>
internal sealed class TracingEncoder(ConcurrentDictionary<long, (ulong Views, long Staleness)> applied) : IEncoder
{
    private long version;
    private ulong chain;

    public Action? BeforeBackward { get; init; }

    public void Initialise() => (version, chain) = (0, 7);

    public void Restore(IReadOnlyList<SafeTensor> state) => (chain, version) = (HashBundle.Read(state)[0], (long)HashBundle.Read(state)[1]);

    public TensorBundle Snapshot() => new HashBundle(chain, (ulong)version);

    public Encoded Encode(TensorBundle views, bool keepGraph)
    {
        ulong[] truth = [HashBundle.Of(views)[0], (ulong)version];
        return new Encoded(new HashBundle(truth), keepGraph ? new HashBundle(truth) : null);
    }

    public TensorBundle Backward(Encoded encoded, TensorBundle gradient, double share)
    {
        BeforeBackward?.Invoke();
        var truth = ((HashBundle)encoded.Graph!).Values;
        Assert.Equal((ulong)version, truth[1]);
        return new HashBundle(truth);
    }

    /// <summary>Every worker applies the same commits; what two see of one must be the same.</summary>
    public void Apply(TensorBundle sum)
    {
        var truth = HashBundle.Of(sum);
        var commit = (truth[0], version - (long)truth[1]);
        version++;
        chain = HashBundle.Hash(chain, truth[0], truth[1]);
        Assert.Equal(commit, applied.GetOrAdd(version, commit));
    }

    public void Dispose()
    {
    }
}
