using Kindred.Data.Formats;
using Kindred.Gpu.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Step;

/// <summary>
/// Local steps with an outer momentum, as DiLoCo has it (Douillard et al. 2023, arXiv 2311.08105, algorithm 1): Δ = θ − mean_j θ_j over the
/// shards' copies, v ← μv + Δ, θ ← θ − lr·(Δ + μv). What else belongs to the state, the optimizer's momentum, batch-norm statistics and
/// the EMA copy, is averaged over the copies at every commit (as one of the options in SlowMo, Wang et al. 2020, arXiv 1910.00643), so that
/// the state has the size of one model's and any worker can train any shard. With μ = 0 and lr = 1 it is plain averaging.
/// </summary>
/// <param name="make">Makes a replica; two are held.</param>
/// <param name="momentum">μ, 0 … below 1.</param>
/// <param name="lr">The outer learning rate.</param>
public sealed class LocalEncoder(Func<Encoder> make, double momentum, double lr) : ILocalEncoder
{
    private const string Velocity = "outer.velocity";
    private readonly Encoder model = make(), copy = make();
    private Tensor? velocity;

    public void Initialise()
    {
        model.Initialise();
        OuterVelocity().zero_();
    }

    public void Restore(IReadOnlyList<SafeTensor> state)
    {
        model.Restore(state);
        state.CopyTo(Velocity, OuterVelocity());
    }

    public TensorBundle Snapshot() => new TorchBundle(
        [.. model.State().Append((Name: Velocity, Tensor: OuterVelocity())).Select(s => (s.Name, TorchExtra.CopyReused(s.Tensor)))]);

    public void Begin(long batchesBefore)
    {
        using var noGrad = no_grad();
        foreach (var ((_, to), (_, from)) in copy.State().Zip(model.State()))
            to.copy_(from);
        copy.StepsDone = batchesBefore;
    }

    public void Expect(TensorBundle views) => copy.Expect(views);

    public Encoded Encode(TensorBundle views, bool keepGraph) => copy.Encode(views, keepGraph);

    public TensorBundle Backward(Encoded encoded, TensorBundle gradient, double share) => copy.Backward(encoded, gradient, share);

    public void Advance(TensorBundle gradient) => copy.Apply(gradient);

    public TensorBundle Outcome(double share)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var parts = Averaged(copy).Zip(Averaged(model), (after, before) => (after - before).to_type(ScalarType.Float32).flatten() * share);
        return new TorchBundle(("sum", cat([.. parts], 0)));
    }

    public void Apply(TensorBundle sum)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (flat, at) = (((TorchBundle)sum)["sum"].to(OuterVelocity().device), 0L);
        foreach (var tensor in Averaged(model))
        {
            var change = flat.narrow(0, at, tensor.numel()).view(tensor.shape);
            at += tensor.numel();
            if (ReferenceEquals(tensor, model.Parameters))
                OuterStep(change);
            else
                tensor.add_(tensor.dtype == ScalarType.Float32 ? change : change.round().to_type(tensor.dtype));
        }

        model.StepsDone++;
    }

    public void Dispose()
    {
        model.Dispose();
        copy.Dispose();
        velocity?.Dispose();
    }

    /// <summary>Change = −Δ.</summary>
    private void OuterStep(Tensor change)
    {
        var v = OuterVelocity();
        v.mul_(momentum).sub_(change);
        model.Parameters.add_(change, lr).add_(v, -lr * momentum);
    }

    private Tensor OuterVelocity() => velocity ??= zeros_like(model.Parameters).DetachFromDisposeScope();

    /// <summary>The state but for the number of commits.</summary>
    private static IEnumerable<Tensor> Averaged(Encoder encoder) => encoder.State().Skip(1).Select(s => s.Tensor);
}
