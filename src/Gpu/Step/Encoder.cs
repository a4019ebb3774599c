using Kindred.Data.Formats;
using Kindred.Gpu.Models;
using Kindred.Gpu.Optimization;
using Kindred.Gpu.Torch;
using static TorchSharp.torch;

namespace Kindred.Gpu.Step;

/// <summary>
/// The model state on one device, in flat tensors, and what a worker computes with it. The sum of a step is one flat tensor too:
/// the gradient [P], then mean and variance [C] of the batch norms, then those of the EMA copy.
/// </summary>
public sealed class Encoder : IEncoder
{
    private readonly EncoderOptions options;
    private readonly ContrastiveModel model;
    private readonly Device device;
    private readonly UploadAhead? uploads;
    private readonly FlatParameters parameters;
    private readonly NormStatistics norms;
    private readonly IOptimizer optimizer;
    private readonly FlatParameters? emaParameters;
    private readonly NormStatistics? emaNorms;
    private readonly Tensor step = zeros([1], ScalarType.Int64).DetachFromDisposeScope();

    public Encoder(EncoderOptions options, ContrastiveModel model, Device device)
    {
        (this.options, this.model, this.device) = (options, model, device);
        uploads = device.type == TorchSharp.DeviceType.CUDA ? new UploadAhead(Math.Max(device.index, 0)) : null;
        parameters = new FlatParameters(model.Layout, device);
        norms = NormStatistics.Running(model.Layout, device);
        optimizer = options.Optimizer(model.Layout, device);
        if (options.Ema > 0)
            (emaParameters, emaNorms) = (new FlatParameters(model.Layout, device, trainable: false), NormStatistics.Running(model.Layout, device));
    }

    public void Initialise()
    {
        model.Layout.Initialise(parameters.Flat, options.Seed);
        norms.Mean.zero_();
        norms.Variance.fill_(1);
        foreach (var (_, state) in optimizer.State)
            state.zero_();
        step.zero_();
        emaParameters?.Flat.copy_(parameters.Flat);
        emaNorms?.Mean.zero_();
        emaNorms?.Variance.fill_(1);
    }

    public void Restore(IReadOnlyList<SafeTensor> state)
    {
        foreach (var (name, tensor) in State())
            state.CopyTo(name, tensor);
    }

    public TensorBundle Snapshot() => new TorchBundle([.. State().Select(s => (s.Name, TorchExtra.CopyReused(s.Tensor)))]);

    public void Expect(TensorBundle views)
    {
        if (!OnDevice(views))
            uploads?.Begin(views);
    }

    public Encoded Encode(TensorBundle views, bool keepGraph)
    {
        TorchExtra.SetThreads(options.Threads);
        using var scope = NewDisposeScope();
        using var copy = OnDevice(views) ? null : uploads?.Take(views);
        var x = copy ?? ((TorchBundle)views)["views"];
        var moments = NormStatistics.Moments(model.Layout, device);
        var z = Project(x, parameters.With(moments, NormMode.Batch), keepGraph);
        var (keys, emaMoments) = EmaKeys(x);
        var rows = z.detach().reshape(options.Views, -1, z.shape[1]);
        var projections = keys is null ? new TorchBundle(("z", rows)) : new TorchBundle(("z", rows), ("keys", keys.view_as(rows)));
        if (keepGraph)
            return new Encoded(projections, new Graph(z.DetachFromDisposeScope(), moments, emaMoments));
        moments.Dispose();
        emaMoments?.Dispose();
        return new Encoded(projections, null);
    }

    public TensorBundle Backward(Encoded encoded, TensorBundle gradient, double share)
    {
        TorchExtra.SetThreads(options.Threads);
        using var scope = NewDisposeScope();
        var graph = (Graph)encoded.Graph!;
        var dz = ((TorchBundle)gradient)["dz"].to(device).reshape(graph.Projections.shape);
        List<Tensor> moments = [graph.Moments.Mean * share, graph.Moments.Variance * share];
        if (graph.EmaMoments is { } ema)
            moments.AddRange([ema.Mean * share, ema.Variance * share]);
        return LeafSum.Of(parameters.GradientsOf(graph.Projections, dz), moments, options.Bf16Wire);
    }

    public void Apply(TensorBundle sum)
    {
        TorchExtra.SetThreads(options.Threads);
        using var scope = NewDisposeScope();
        var (flat, p, c) = (LeafSum.Flat(sum).to(device), model.Layout.Count, model.Layout.NormChannels);
        var done = step.item<long>();
        optimizer.Step(parameters.Flat, flat.narrow(0, 0, p), options.Rate(done));
        norms.Follow(flat.narrow(0, p, c), flat.narrow(0, p + c, c));
        emaParameters?.Follow(parameters.Flat, options.Ema);
        emaNorms?.Follow(flat.narrow(0, p + 2 * c, c), flat.narrow(0, p + 3 * c, c));
        step.fill_(done + 1);
    }

    public void Dispose()
    {
        uploads?.Dispose();
        parameters.Dispose();
        norms.Dispose();
        optimizer.Dispose();
        emaParameters?.Dispose();
        emaNorms?.Dispose();
        step.Dispose();
    }

    private bool OnDevice(TensorBundle views) => ((TorchBundle)views)["views"].device_type == device.type;

    private Tensor Project(Tensor x, Weights weights, bool keepGraph)
    {
        using var grad = set_grad_enabled(keepGraph);
        using var autocast = TorchExtra.Autocast(device, options.Bf16);
        return model.Project(x, weights);
    }

    /// <summary>The EMA copy's projections of the same views, normalised by the batch's own statistics.</summary>
    private (Tensor? Keys, NormStatistics? Moments) EmaKeys(Tensor x)
    {
        if (emaParameters is null)
            return (null, null);
        var moments = NormStatistics.Moments(model.Layout, device);
        return (Project(x, emaParameters.With(moments, NormMode.Batch), keepGraph: false), moments);
    }

    internal Tensor Parameters => parameters.Flat;

    /// <summary>So many updates this replica has seen; the learning rate follows it.</summary>
    internal long StepsDone
    {
        get => step.item<long>();
        set => step.fill_(value);
    }

    /// <summary>Everything that a checkpoint holds; first the number of updates.</summary>
    internal IEnumerable<(string Name, Tensor Tensor)> State()
    {
        yield return ("step", step);
        yield return (StateNames.Parameters, parameters.Flat);
        yield return (StateNames.NormMean, norms.Mean);
        yield return (StateNames.NormVariance, norms.Variance);
        foreach (var (name, state) in optimizer.State)
            yield return ("optimizer." + name, state);
        if (emaParameters is null)
            yield break;
        yield return (StateNames.Ema + StateNames.Parameters, emaParameters.Flat);
        yield return (StateNames.Ema + StateNames.NormMean, emaNorms!.Mean);
        yield return (StateNames.Ema + StateNames.NormVariance, emaNorms.Variance);
    }

    private sealed record Graph(Tensor Projections, NormStatistics Moments, NormStatistics? EmaMoments) : IDisposable
    {
        public void Dispose()
        {
            Projections.Dispose();
            Moments.Dispose();
            EmaMoments?.Dispose();
        }
    }
}

/// <summary>What an encoder computes with beside its model.</summary>
/// <param name="Seed">Draws the parameters.</param>
/// <param name="Views">V, all views of an image.</param>
/// <param name="Threads">Intra-op threads; part of a run's bits.</param>
/// <param name="Bf16">Convolutions and products in bfloat16 (autocast).</param>
/// <param name="Ema">Momentum of the EMA copy; 0: there is none.</param>
/// <param name="Optimizer">Makes the update rule.</param>
/// <param name="Rate">Learning rate after so many steps.</param>
public sealed record EncoderOptions(
    long Seed, int Views, int Threads, bool Bf16, double Ema, Func<ParameterLayout, Device, IOptimizer> Optimizer, Func<long, double> Rate)
{
    /// <summary>Each shard's gradient is rounded to bfloat16 before it is added to the others', wherever it was computed.</summary>
    public bool Bf16Wire { get; init; }
}

/// <summary>Names of the model state's parts in a checkpoint.</summary>
public static class StateNames
{
    public const string Parameters = "parameters", NormMean = "norm.mean", NormVariance = "norm.variance";

    /// <summary>In front of the EMA copy's.</summary>
    public const string Ema = "ema.";
}
