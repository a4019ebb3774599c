using Kindred.Gpu.Step;

namespace Kindred.Bench;

/// <summary>The calls of a step one after the other on one thread, with a state of its own: what the actors do, without actors.</summary>
internal sealed class PlainLoop : IDisposable
{
    private readonly ISum sums;
    private readonly IEncoder encoder;
    private readonly IContrast contrast;
    private readonly TensorBundle prepared;
    private long step;

    public PlainLoop(IEncoder encoder, IContrast contrast, ISum sums, TensorBundle prepared)
    {
        (this.encoder, this.contrast, this.sums, this.prepared) = (encoder, contrast, sums, prepared);
        encoder.Initialise();
        contrast.Initialise();
    }

    public void Run(int steps)
    {
        for (var i = 0; i < steps; i++)
            Step();
    }

    /// <exception cref="InvalidOperationException">The loop diverged.</exception>
    public void Step()
    {
        step++;
        using var views = prepared.Share();
        using var encoded = encoder.Encode(views, keepGraph: true);
        var answer = contrast.Answer(step, firstShard: 0, [encoded.Projections]);
        using var gradient = answer.Gradients[0];
        using var rows = answer.Rows;
        using var sum = encoder.Backward(encoded, gradient, share: 1);
        if (!double.IsFinite(answer.Loss.Value) || !sums.IsFinite(sum))
            throw new InvalidOperationException($"step {step} diverged: what is measured from here on means nothing; lower lr");
        encoder.Apply(sum);
        if (rows is not null)
            contrast.Advance([rows]);
    }

    /// <summary>Copies of both parts of the state.</summary>
    public (TensorBundle Model, TensorBundle Bank) Snapshot() => (encoder.Snapshot(), contrast.Snapshot());

    public void Dispose()
    {
        encoder.Dispose();
        contrast.Dispose();
    }
}
