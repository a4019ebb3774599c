using FsCheck;
using FsCheck.Fluent;
using TorchSharp;
using static Kindred.Tests.Torch.Check;
using static TorchSharp.torch;

namespace Kindred.Tests.Torch;

public sealed class ArithmeticTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    public static TheoryData<string, Func<Tensor, Tensor>, Func<double, double>> Functions => new()
    {
        { "neg", x => -x, v => -v },
        { "exp", x => x.exp(), Math.Exp },
        { "log", x => x.abs().log(), v => Math.Log(Math.Abs(v)) },
        { "sqrt", x => x.abs().sqrt(), v => Math.Sqrt(Math.Abs(v)) },
        { "abs", x => x.abs(), Math.Abs },
        { "round", x => x.round(), v => Math.Round(v, MidpointRounding.ToEven) },
        { "tanh", x => x.tanh(), Math.Tanh },
        { "relu", x => x.relu(), v => Math.Max(v, 0) },
        { "reciprocal", x => x.reciprocal(), v => 1 / v },
        { "in place", x => x.abs().sqrt_().exp_().relu_(), v => Math.Exp(Math.Sqrt(Math.Abs(v))) },
        { "pow", x => x.abs().pow(1.5), v => Math.Pow(Math.Abs(v), 1.5) },
        { "clamp_", x => x.clone().clamp_(-1, 2), v => Math.Clamp(v, -1, 2) },
        { "one bound", x => x.clone().clamp_(max: 0), v => Math.Min(v, 0) },
        { "3 - x", x => 3 - x, v => 3 - v },
        { "x / 2 + 1", x => x / 2 + 1, v => v / 2 + 1 },
    };

    [Theory]
    [MemberData(nameof(Functions), DisableDiscoveryEnumeration = true)]
    public void FunctionsAreMathsFunctions(string name, Func<Tensor, Tensor> ours, Func<double, double> theirs)
    {
        double[] values = [-3.5, -2.2, -1, -0.3, 0.1, 0.7, 1, 2.5, 6];
        Assert.NotEmpty(name);
        Near([.. values.Select(theirs)], ours(tensor(values)), 1e-12);
    }

    public static TheoryData<string, Func<Tensor, Tensor, Tensor>, Func<double, double, double>> Pairs => new()
    {
        { "+", (x, y) => x + y, (a, b) => a + b },
        { "-", (x, y) => x - y, (a, b) => a - b },
        { "*", (x, y) => x * y, (a, b) => a * b },
        { "/", (x, y) => x / y, (a, b) => a / b },
        { "in place", (x, y) => x.clone().add_(y).mul_(y).div_(2), (a, b) => (a + b) * b / 2 },
        { "in place, alpha", (x, y) => x.clone().add_(y, 3).sub_(y).mul_(2).div_(y).add_(1), (a, b) => (a + 2 * b) * 2 / b + 1 },
        { "floor_divide", (x, y) => x.floor_divide(y), (a, b) => Math.Floor(a / b) },
        { "addcmul", (x, y) => x.addcmul(x, y, 2), (a, b) => a + 2 * a * b },
        { "addcmul_", (x, y) => x.clone().addcmul_(y, y, -1), (a, b) => a - b * b },
        { "addcdiv_", (x, y) => x.clone().addcdiv_(y, x, 1), (a, b) => a + b / a },
        { "eq", (x, y) => x.eq(y), (a, b) => a == b ? 1 : 0 },
        { "with numbers", (x, y) => x.gt(0).logical_and(y.ge(0)), (a, b) => a > 0 && b >= 0 ? 1 : 0 },
    };

    [Theory]
    [MemberData(nameof(Pairs), DisableDiscoveryEnumeration = true)]
    public void PairsAreCombined(string name, Func<Tensor, Tensor, Tensor> ours, Func<double, double, double> theirs)
    {
        double[] a = [-3.5, -2.2, -1, 2, 0.1, 0.7, 1, 6], b = [1.5, -2, 3, 2, -0.5, 0.7, 4, -1];
        Assert.NotEmpty(name);
        Near([.. a.Zip(b, theirs)], ours(tensor(a), tensor(b)), 1e-12);
    }

    [Fact]
    public void ArithmeticOfIntegersKeepsTheirType()
    {
        Assert.Equal(int64, (arange(3) * 2).dtype);
        Assert.Equal(float32, (arange(3) * 2.0).dtype);
        Assert.Equal(float32, (arange(3) / 2).dtype);
        Assert.Throws<System.Runtime.InteropServices.ExternalException>(() => arange(3).mul_(0.5));
    }

    [Fact]
    public void NumbersThatAreNone()
    {
        var x = tensor([1, double.NaN, double.PositiveInfinity]);
        Near([1, 0, 0], x.isfinite());
        Assert.False(x.isfinite().all().ToBoolean());
        Assert.False(x.allclose(x));
        Assert.True(x.allclose(x, equal_nan: true));
    }

    [Fact]
    public void BroadcastingAddsAnyVectorToAnyColumn() => Prop.ForAll<NormalFloat[], NormalFloat[]>((row, column) =>
    {
        using var inner = NewDisposeScope();
        double[] r = [.. row.Select(v => v.Get)], c = [.. column.Select(v => v.Get)];
        var sums = tensor(c).unsqueeze(1) + tensor(r);
        Shape([c.Length, r.Length], sums);
        Near([.. from y in c from x in r select y + x], sums, 0);
    }).QuickCheckThrowOnFailure();
}
