using System.Text.Json;
using Kindred.Gpu.Contrastive;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Tests.Contrastive;

/// <summary>Against PyTorch's autograd in float64; tests/golden/contrast.py wrote the file.</summary>
public sealed class GoldenTests
{
    private sealed record Golden(
        string Name, long[] Shape, double[] Z, double Loss, double[] Gradient, string Mode, int Topk, double Threshold,
        double[]? Keys, double[]? Bank, long[]? BankIds);

    private static readonly Golden[] all = JsonSerializer.Deserialize<Golden[]>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "contrast.json")), JsonSerializerOptions.Web)!;

    public static TheoryData<string> Names => [.. all.Select(g => g.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void LossAndGradientArePyTorchs(string name)
    {
        var golden = all.Single(g => g.Name == name);
        var memory = golden.Bank is not null;
        var mode = golden.Mode switch { "attract" => CancelMode.Attract, "eliminate" => CancelMode.Eliminate, _ => CancelMode.None };
        var options = new ContrastOptions(
            memory ? 0.1 : 0.2, memory ? NegativeSource.Bank : NegativeSource.Batch, mode, (int)golden.Shape[0], 0, SupportViews.All,
            golden.Topk, golden.Threshold, Aggregate.Max, BankLength: 64);
        using var scope = NewDisposeScope();
        using var objective = new Objective(options, null, (int)golden.Shape[2], CPU);
        if (golden.BankIds is { } ids)
            objective.Advance(new BankDelta(Tensor(golden.Bank!, [ids.Length, golden.Shape[2]]), ids, new int[ids.Length], 1));

        using var result = objective.Compute(
            Tensor(golden.Z, golden.Shape), golden.Keys is null ? null : Tensor(golden.Keys, golden.Shape),
            Make.Ids((int)golden.Shape[1]), 2, (int)golden.Shape[1], cancel: true, measure: false);

        Assert.Equal(golden.Loss, result.Loss.Value, 5e-6);
        Assert.All(golden.Gradient.Zip(Make.Floats(result.Gradient)), g => Assert.Equal(g.First, g.Second, 2e-6));
    }

    private static Tensor Tensor(double[] values, long[] shape) => tensor(values.Select(v => (float)v).ToArray()).view(shape);
}
