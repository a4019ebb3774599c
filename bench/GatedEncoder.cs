using Kindred.Data.Formats;
using Kindred.Gpu.Step;

namespace Kindred.Bench;

/// <summary>An encoder whose steps start when the gate lets them.</summary>
internal sealed class GatedEncoder(IEncoder encoder, Gate gate) : IEncoder
{
    public void Initialise() => encoder.Initialise();

    public void Restore(IReadOnlyList<SafeTensor> state) => encoder.Restore(state);

    public TensorBundle Snapshot() => encoder.Snapshot();

    public void Expect(TensorBundle views) => encoder.Expect(views);

    public Encoded Encode(TensorBundle views, bool keepGraph)
    {
        gate.Pass();
        return encoder.Encode(views, keepGraph);
    }

    public TensorBundle Backward(Encoded encoded, TensorBundle gradient, double share) => encoder.Backward(encoded, gradient, share);

    public void Apply(TensorBundle sum) => encoder.Apply(sum);

    public void Dispose() => encoder.Dispose();
}
