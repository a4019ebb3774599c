using Kindred.Gpu.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Tests.Models;

public sealed class FlatParametersTests
{
    private static readonly ContrastiveModel Model = new("resnet8", Stem.Cifar, new HeadOptions());

    [Fact]
    public void InitialisationIsAFunctionOfTheSeed()
    {
        using var scope = NewDisposeScope();
        using var parameters = new FlatParameters(Model.Layout, CPU);
        Model.Layout.Initialise(parameters.Flat, 7);
        var first = parameters.Flat.clone();
        Model.Layout.Initialise(parameters.Flat, 7);
        Assert.True(parameters.Flat.SameBits(first));
        Model.Layout.Initialise(parameters.Flat, 8);
        Assert.False(parameters.Flat.SameBits(first));
    }

    [Fact]
    public void InitialisationIsPyTorchsDefault()
    {
        using var scope = NewDisposeScope();
        var flat = zeros([Model.Layout.Count]);
        Model.Layout.Initialise(flat, 3);
        var weight = Model.Layout.View(flat, Model.Layout.IndexOf("layer3.0.conv2.weight"));
        var bound = 1 / Math.Sqrt(64 * 9);
        Assert.InRange(weight.abs().max().item<float>(), 0.99 * bound, bound);
        Assert.InRange(weight.std().item<float>(), 0.98 * bound / Math.Sqrt(3), 1.02 * bound / Math.Sqrt(3));
        Assert.Equal(1, Model.Layout.View(flat, Model.Layout.IndexOf("layer1.0.bn1.weight")).min().item<float>());
        Assert.Equal(0, Model.Layout.View(flat, Model.Layout.IndexOf("layer1.0.bn1.bias")).abs().max().item<float>());
    }

    /// <summary>A small step along the gradient, laid end to end, changes y by its length.</summary>
    [Fact]
    public void GradientsLieAsTheParametersDo()
    {
        using var scope = NewDisposeScope();
        using var parameters = new FlatParameters(Model.Layout, CPU);
        Model.Layout.Initialise(parameters.Flat, 1);
        var dy = tensor(Golden.Wave(4 * 128, 3), [4, 128]);
        var gradient = cat(parameters.GradientsOf(Projections(parameters), dy), 0);
        var length = gradient.norm().item<float>();
        var along = gradient * (2e-5 / length);
        using var noGrad = no_grad();
        parameters.Flat.add_(along);
        var after = (Projections(parameters) * dy).sum().item<float>();
        parameters.Flat.sub_(along * 2);
        var before = (Projections(parameters) * dy).sum().item<float>();
        Assert.Equal(length, (after - before) / 4e-5, 0.05 * length);
    }

    [Fact]
    public void AForwardPassWithoutAGraphGivesTheSameBitsAndMoments()
    {
        using var scope = NewDisposeScope();
        using var parameters = new FlatParameters(Model.Layout, CPU);
        Model.Layout.Initialise(parameters.Flat, 1);
        using var with = NormStatistics.Moments(Model.Layout, CPU);
        using var without = NormStatistics.Moments(Model.Layout, CPU);
        var x = Golden.Images(8, 32);
        var z = Model.Project(x, parameters.With(with, NormMode.Batch));
        using var noGrad = no_grad();
        Assert.True(Model.Project(x, parameters.With(without, NormMode.Batch)).SameBits(z));
        Assert.True(with.Mean.SameBits(without.Mean) && with.Variance.SameBits(without.Variance));
        Assert.True(with.Variance.min().item<float>() > 0);
    }

    [Fact]
    public void AnEmaCopyFollowsAndRecordsNoGraph()
    {
        using var scope = NewDisposeScope();
        using var online = new FlatParameters(Model.Layout, CPU);
        using var ema = new FlatParameters(Model.Layout, CPU, trainable: false);
        Model.Layout.Initialise(online.Flat, 1);
        ema.Follow(online.Flat, 0.75);
        Assert.True(ema.Flat.allclose(online.Flat * 0.25));
        using var moments = NormStatistics.Moments(Model.Layout, CPU);
        Assert.False(Model.Project(Golden.Images(2, 32), ema.With(moments, NormMode.Batch)).requires_grad);
    }

    private static Tensor Projections(FlatParameters parameters)
    {
        using var moments = NormStatistics.Moments(Model.Layout, CPU);
        return Model.Project(Golden.Images(4, 32), parameters.With(moments, NormMode.Batch));
    }
}
