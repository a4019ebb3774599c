using System.Runtime.InteropServices;
using Kindred.Data;
using Kindred.Data.Formats;
using Kindred.Gpu.Augmentation;
using Kindred.Gpu.Contrastive;
using Kindred.Gpu.Evaluation;
using Kindred.Gpu.Models;
using Kindred.Gpu.Optimization;
using Kindred.Gpu.Step;
using Kindred.Host.Configuration;
using Kindred.Tests.Contrastive;
using Kindred.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Tests.Step;

/// <summary>A GPU computes what the CPU computes, up to rounding; its fp32 convolutions are in TF32 unless NVIDIA_TF32_OVERRIDE=0.</summary>
public sealed class CudaTests
{
    private static readonly Device Gpu = new("cuda:0");
    private static readonly ContrastiveModel Model = new("resnet8", Stem.Cifar, new HeadOptions());

    [Theory]
    [InlineData("sgd")]
    [InlineData("sgd without decay of norms")]
    [InlineData("lars")]
    [InlineData("adamw")]
    public void A_step(string optimizer)
    {
        NeedsGpu();
        using var scope = NewDisposeScope();
        var tolerance = Environment.GetEnvironmentVariable("NVIDIA_TF32_OVERRIDE") == "0" ? 0.02 : 0.2;
        var (there, here) = (Steps(Gpu, optimizer), Steps(CPU, optimizer));
        foreach (var (expected, actual) in here.Zip(there))
            Near(expected.Change, actual.Change, tolerance, expected.Name);
    }

    [Theory]
    [InlineData(NegativeSource.Batch, CancelMode.None)]
    [InlineData(NegativeSource.Batch, CancelMode.Eliminate)]
    [InlineData(NegativeSource.Batch, CancelMode.Attract)]
    [InlineData(NegativeSource.Bank, CancelMode.Attract)]
    [InlineData(NegativeSource.BatchAndBank, CancelMode.Eliminate)]
    public void The_loss(NegativeSource negatives, CancelMode mode)
    {
        NeedsGpu();
        using var scope = NewDisposeScope();
        foreach (var (topK, threshold) in new[] { (4, -1.0), (0, 0.5), (4, 0.5) })
        {
            var options = new ContrastOptions(Negatives: negatives, Mode: mode, TopK: topK, Threshold: threshold, BankLength: 300);
            var (here, there) = (Losses(options, CPU), Losses(options, Gpu));
            Assert.Equal(here.Loss, there.Loss, 1e-4);
            Assert.Equal(here.Detected, there.Detected);
            Near(here.Gradient, there.Gradient, 1e-4, "gradient");
        }
    }

    [Fact]
    public void Augmentation_and_views_in_page_locked_memory()
    {
        NeedsGpu();
        using var scope = NewDisposeScope();
        var options = new AugmentOptions(32) { BlurP = 0.5, SolarizeP = 0.3 };
        var random = new Random(5);
        Image[] images = [.. Enumerable.Range(0, 40).Select(_ =>
        {
            var pixels = new byte[3 * 40 * 36];
            random.NextBytes(pixels);
            return new Image(pixels, 40, 36);
        })];
        var samples = Enumerable.Range(0, 40).ToArray();
        Tensor Views(Augmenter augmenter) => augmenter.Views(images, samples, 1, [0, 1, 2], channelsLast: true);
        var fused = Views(new Augmenter(options, 3, CPU, threads: 3));
        Assert.True(Views(new Augmenter(options, 3, CPU, threads: 3) { Pinned = true }).SameBits(fused));
        Assert.InRange((Views(new Augmenter(options, 3, Gpu)).cpu() - fused).abs().max().item<float>(), 0, 1e-3);
    }

    [Fact]
    public void Nearest_neighbours_and_the_rank()
    {
        NeedsGpu();
        using var scope = NewDisposeScope();
        var (reference, queries) = (Make.Rows(1, 1, 400, 32).view(400, 32), Make.Rows(2, 1, 90, 32).view(90, 32));
        int[] labels = [.. Enumerable.Range(0, 400).Select(i => i % 7)], truth = [.. Enumerable.Range(0, 90).Select(i => i % 7)];
        double Knn(Device device) => Features.KnnAccuracy(reference.to(device), labels, queries.to(device), truth, 7, 20);
        Assert.Equal(Knn(CPU), Knn(Gpu), 0.02);
        Assert.Equal(Features.RankMe(queries), Features.RankMe(queries.to(Gpu)), 1e-3);
    }

    private static void NeedsGpu() => Assert.SkipUnless(TorchProbe.Gpus() > 0, "no GPU here");

    /// <summary>How two steps change the state.</summary>
    private static IReadOnlyList<(string Name, float[] Change)> Steps(Device device, string optimizer)
    {
        var options = new EncoderOptions(1, 2, 2, Bf16: false, Ema: 0.9, Rule(optimizer), _ => 0.01);
        using var encoder = new Encoder(options, Model, device);
        encoder.Initialise();
        using var before = encoder.Snapshot();
        using var objective = new Objective(new ContrastOptions(Mode: CancelMode.None, Support: 0), null, 128, device);
        for (var step = 1; step <= 2; step++)
        {
            using var views = new TorchBundle(("views", Golden.Images(32, 32) * step));
            using var encoded = encoder.Encode(views, keepGraph: true);
            var projections = (TorchBundle)encoded.Projections;
            using var result = objective.Compute(projections["z"], projections["keys"], Make.Ids(16), step, 16, cancel: false, measure: false);
            using var gradient = new TorchBundle(("dz", result.Gradient.alias()));
            using var sum = encoder.Backward(encoded, gradient, share: 1);
            Assert.True(new FlatSum().IsFinite(sum));
            encoder.Apply(sum);
        }

        using var after = encoder.Snapshot();
        return [.. before.Entries().Zip(after.Entries()).Where(e => e.First.Dtype == "F32").Select(
            e => (e.First.Name, Floats(e.Second).Zip(Floats(e.First), (a, b) => a - b).ToArray()))];
    }

    private static Func<ParameterLayout, Device, IOptimizer> Rule(string optimizer) => (layout, device) => optimizer switch
    {
        "lars" => new Lars(layout, device, 1e-3, 0.9, 1e-2),
        "adamw" => new AdamW(layout, device, 1e-3, 0.9),
        _ => new Sgd(layout, device, 1e-3, decayAll: optimizer == "sgd"),
    };

    /// <summary>Of the third step: two have filled the bank.</summary>
    private static (double Loss, float[] Gradient, DetectionStats? Detected) Losses(ContrastOptions options, Device device)
    {
        using var objective = new Objective(options, [.. Enumerable.Range(0, 40).Select(i => i % 3)], 16, device);
        for (var step = 1; ; step++)
        {
            var (z, keys) = (Make.Rows(step, options.AllViews, 20, 16).to(device), Make.Rows(step + 10, options.AllViews, 20, 16).to(device));
            using var result = objective.Compute(z, keys, Make.Ids(20, first: 10 * step % 20), step, 20, cancel: true, measure: true);
            if (step == 3)
                return (result.Loss.Value, Make.Floats(result.Gradient.cpu()), result.Stats);
            if (result.Delta is { } rows)
                objective.Advance(rows);
        }
    }

    private static float[] Floats(SafeTensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.Data.Span).ToArray();

    /// <summary>‖actual − expected‖ ≤ tolerance · ‖expected‖.</summary>
    private static void Near(float[] expected, float[] actual, double tolerance, string what)
    {
        static double Norm(IEnumerable<float> x) => Math.Sqrt(x.Sum(v => (double)v * v));
        var off = Norm(expected.Zip(actual, (a, b) => a - b)) / Math.Max(Norm(expected), 1e-12);
        Assert.True(off <= tolerance, $"{what} is off by {off:E2}, at most {tolerance}");
    }
}
