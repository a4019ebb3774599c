using Kindred.Gpu.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Tests.Models;

public sealed class NetworkTests
{
    public static TheoryData<string, double> Cases => new()
    {
        { "resnet8", 1e-5 }, { "resnet8x4", 1e-5 }, { "wrn-16-2", 1e-5 }, { "resnet18", 1e-4 }, { "resnet50", 1e-4 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void EqualsPyTorch(string name, double tolerance)
    {
        using var scope = NewDisposeScope();
        var golden = Golden.Network(name);
        var layout = new ParameterLayout();
        var network = Networks.Encoder(layout, name, Enum.Parse<Stem>(golden.GetProperty("stem").GetString()!));
        Assert.Equal(golden.GetProperty("parameters").EnumerateArray().Select(n => n.GetString()), layout.Parameters.Select(p => p.Name));
        using var parameters = new FlatParameters(layout, CPU);
        Golden.Fill(layout, parameters.Flat);
        using var moments = NormStatistics.Moments(layout, CPU);
        using var running = NormStatistics.Running(layout, CPU);
        var x = Golden.Images(4, golden.GetProperty("size").GetInt32());

        var y = network.Forward(x, parameters.With(moments, NormMode.Batch));
        var gradient = cat(parameters.GradientsOf(y, tensor(Golden.Wave(y.numel(), 9), [4, network.Width])), 0);
        running.Follow(moments.Mean, moments.Variance);
        var evaluation = network.Forward(x, parameters.With(running, NormMode.Running));

        Golden.AssertClose(golden.Numbers("features"), EverySeventh(y), tolerance);
        Golden.AssertClose(golden.Numbers("running_mean"), Norms(layout.NormViews(running.Mean)), tolerance);
        Golden.AssertClose(golden.Numbers("running_var"), Norms(layout.NormViews(running.Variance)), tolerance);
        Golden.AssertClose(golden.Numbers("evaluation"), EverySeventh(evaluation), tolerance);
        // Batch norm over few rows and ReLU's kinks amplify rounding: PyTorch's own noise is the yardstick.
        var noise = 3 * golden.GetProperty("noise").GetDouble() + tolerance;
        Golden.AssertClose(golden.Numbers("gradient"), Norms(layout.Views(gradient)), noise);
        var first = layout.View(gradient, layout.IndexOf("conv1.weight")).contiguous().data<float>().ToArray();
        Golden.AssertClose(golden.Numbers("first_gradient"), [.. first.Take(32).Select(v => (double)v)], noise);
    }

    [Theory]
    [InlineData("resnet20", 64, 271_824)]
    [InlineData("resnet110", 64, 1_730_064)]
    [InlineData("resnet34", 512, 21_284_672)]
    [InlineData("wrn-40-2", 128, 2_242_256)]
    public void HasTheSizeOfItsPaper(string name, int width, long parameters)
    {
        var layout = new ParameterLayout();
        Assert.Equal(width, Networks.Encoder(layout, name, name == "resnet34" ? Stem.ImageNet : Stem.Cifar).Width);
        Assert.Equal(parameters, layout.Count);
    }

    [Fact]
    public void AnUnknownNameIsRefusedWithTheKnownOnes() =>
        Assert.Contains("resnet18", Assert.Throws<ArgumentException>(() => Networks.Encoder(new(), "resnet9", Stem.Cifar)).Message);

    [Theory]
    [InlineData(1, false, "head.0.weight head.0.bias")]
    [InlineData(2, false, "head.0.weight head.0.bias head.1.weight head.1.bias head.3.weight head.3.bias")]
    [InlineData(3, true, "head.0.weight head.1.weight head.1.bias head.3.weight head.4.weight head.4.bias head.6.weight head.7.weight")]
    public void AHeadIsNamedAsAPyTorchSequential(int layers, bool finalNorm, string names)
    {
        var layout = new ParameterLayout();
        Networks.Head(layout, 64, new HeadOptions(layers, FinalNorm: finalNorm));
        Assert.Equal(names.Split(' '), layout.Parameters.Select(p => p.Name));
    }

    [Fact]
    public void ProjectionsAreUnitRows()
    {
        using var scope = NewDisposeScope();
        var model = new ContrastiveModel("resnet8", Stem.Cifar, new HeadOptions());
        using var parameters = new FlatParameters(model.Layout, CPU);
        model.Layout.Initialise(parameters.Flat, 1);
        using var moments = NormStatistics.Moments(model.Layout, CPU);
        var z = model.Project(Golden.Images(6, 32), parameters.With(moments, NormMode.Batch));
        Assert.Equal([6L, 128L], z.shape);
        Golden.AssertClose([.. Enumerable.Repeat(1.0, 6)], [.. z.norm(1).data<float>().ToArray().Select(v => (double)v)], 1e-6);
    }

    private static double[] EverySeventh(Tensor y)
    {
        var (rows, width, values) = (y.shape[0], y.shape[1], y.contiguous().data<float>().ToArray());
        return [.. values.Where((_, i) => i % width % 7 == 0).Select(v => (double)v)];
    }

    private static double[] Norms(Tensor[] views) => [.. views.Select(view => (double)view.norm().item<float>())];
}
