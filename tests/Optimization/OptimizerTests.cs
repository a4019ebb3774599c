using Kindred.Gpu.Models;
using Kindred.Gpu.Optimization;
using Kindred.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Tests.Optimization;

public sealed class OptimizerTests
{
    // nets.py has the same: dense 4 → 3, norm, dense 3 → 2.
    private static readonly ParameterLayout Layout = Declare();

    [Theory]
    [InlineData("sgd")]
    [InlineData("nesterov")]
    [InlineData("adamw")]
    [InlineData("lars")]
    public void FourStepsEqualTheReference(string name)
    {
        using var scope = NewDisposeScope();
        using var optimizer = Make(name);
        var parameters = zeros([Layout.Count]);
        Golden.Fill(Layout, parameters);
        for (var step = 0; step < 4; step++)
            optimizer.Step(parameters, Gradient(step), 0.1 / (step + 1));
        var expected = Golden.Root.GetProperty("optimizers").Numbers(name);
        Golden.AssertClose(expected, [.. parameters.data<float>().ToArray().Select(v => (double)v)], 1e-6);
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adamw")]
    [InlineData("lars")]
    public void RestoredStateGoesOnWithTheSameBits(string name)
    {
        using var scope = NewDisposeScope();
        using var whole = Make(name);
        using var resumed = Make(name);
        var parameters = zeros([Layout.Count]);
        Golden.Fill(Layout, parameters);
        whole.Step(parameters, Gradient(0), 0.1);
        foreach (var ((_, from), (_, to)) in whole.State.Zip(resumed.State))
            to.copy_(from);
        var copy = parameters.clone();
        whole.Step(parameters, Gradient(1), 0.05);
        resumed.Step(copy, Gradient(1), 0.05);
        Assert.True(copy.SameBits(parameters));
    }

    [Fact]
    public void BitsDoNotDependOnThreads()
    {
        using var scope = NewDisposeScope();
        var layout = new ParameterLayout();
        Networks.Encoder(layout, "resnet18", Stem.Cifar);
        var results = new[] { 1, 2 }.Select(threads =>
        {
            Kindred.Gpu.Torch.TorchExtra.SetThreads(threads);
            var parameters = zeros([layout.Count]);
            layout.Initialise(parameters, 5);
            using var optimizer = new Sgd(layout, CPU, 5e-4);
            optimizer.Step(parameters, parameters * 3, 0.37);
            optimizer.Step(parameters, parameters * 0.7, 0.21);
            return parameters;
        }).ToArray();
        Assert.True(results[0].SameBits(results[1]));
    }

    private static IOptimizer Make(string name) => name switch
    {
        "sgd" => new Sgd(Layout, CPU, 1e-2),
        "nesterov" => new Sgd(Layout, CPU, 1e-2, nesterov: true, decayAll: false),
        "adamw" => new AdamW(Layout, CPU, 1e-2),
        _ => new Lars(Layout, CPU, 1e-2),
    };

    private static Tensor Gradient(int step)
    {
        var gradient = zeros([Layout.Count]);
        for (var i = 0; i < Layout.Parameters.Count; i++)
            Layout.View(gradient, i).copy_(tensor(Golden.Wave(Layout.Parameters[i].Count, 20 + 10 * step + i), Layout.Parameters[i].Shape));
        return gradient;
    }

    private static ParameterLayout Declare()
    {
        var layout = new ParameterLayout();
        Networks.Head(layout, 4, new HeadOptions(2, Hidden: 3, Outputs: 2));
        return layout;
    }
}
