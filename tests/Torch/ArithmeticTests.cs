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
        { "exp", exp, Math.Exp },
        { "expm1", expm1, v => Math.Exp(v) - 1 },
        { "log", x => x.abs().log(), v => Math.Log(Math.Abs(v)) },
        { "log1p", x => x.abs().log1p(), v => Math.Log(1 + Math.Abs(v)) },
        { "sqrt", x => sqrt(x.abs()), v => Math.Sqrt(Math.Abs(v)) },
        { "rsqrt", x => rsqrt(x.abs()), v => 1 / Math.Sqrt(Math.Abs(v)) },
        { "square", square, v => v * v },
        { "sin", sin, Math.Sin },
        { "cos", cos, Math.Cos },
        { "abs", abs, Math.Abs },
        { "sign", sign, v => Math.Sign(v) },
        { "floor", floor, Math.Floor },
        { "ceil", ceil, Math.Ceiling },
        { "round", x => round(x), v => Math.Round(v, MidpointRounding.ToEven) },
        { "tanh", tanh, Math.Tanh },
        { "sigmoid", sigmoid, v => 1 / (1 + Math.Exp(-v)) },
        { "relu", x => x.relu(), v => Math.Max(v, 0) },
        { "reciprocal", reciprocal, v => 1 / v },
        { "erf of erfinv", x => x.div(10).erfinv().erf(), v => v / 10 },
        { "in place", x => x.clone().abs_().sqrt_().exp_().neg_().relu_(), v => 0 },
        { "pow", x => x.abs().pow(1.5), v => Math.Pow(Math.Abs(v), 1.5) },
        { "clamp", x => x.clamp(-1, 2), v => Math.Clamp(v, -1, 2) },
        { "clamp_min", x => x.clamp_min(0.5), v => Math.Max(v, 0.5) },
        { "clamp_max_", x => x.clone().clamp_max_(0.5), v => Math.Min(v, 0.5) },
        { "one bound", x => x.clamp(max: 0), v => Math.Min(v, 0) },
        { "remainder", x => x.remainder(1), v => v - Math.Floor(v) },
        { "3 - x", x => 3 - x, v => 3 - v },
        { "3 / x", x => 3 / x, v => 3 / v },
        { "x / 2 + 1", x => x / 2 + 1, v => v / 2 + 1 },
        { "2 * x - 1", x => 2 * x - 1, v => 2 * v - 1 },
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
        { "alpha", (x, y) => x.add(y, -1.5).sub(y), (a, b) => a - 2.5 * b },
        { "in place", (x, y) => x.clone().add_(y).mul_(y).sub_(1).div_(2), (a, b) => ((a + b) * b - 1) / 2 },
        { "in place, alpha", (x, y) => x.clone().add_(y, 3).sub_(y).mul_(2).div_(y).add_(1), (a, b) => (a + 2 * b) * 2 / b + 1 },
        { "maximum", maximum, Math.Max },
        { "minimum", minimum, Math.Min },
        { "pow", (x, y) => x.abs().pow(y), (a, b) => Math.Pow(Math.Abs(a), b) },
        { "atan2", atan2, Math.Atan2 },
        { "remainder", (x, y) => x.remainder(y), (a, b) => a - b * Math.Floor(a / b) },
        { "floor_divide", (x, y) => x.floor_divide(y), (a, b) => Math.Floor(a / b) },
        { "lerp", (x, y) => x.lerp(y, full([1], 0.25, float64)), (a, b) => a + 0.25 * (b - a) },
        { "addcmul", (x, y) => x.addcmul(x, y, 2), (a, b) => a + 2 * a * b },
        { "addcmul_", (x, y) => x.clone().addcmul_(y, y, -1), (a, b) => a - b * b },
        { "addcdiv", (x, y) => x.addcdiv(x, y, 2), (a, b) => a + 2 * a / b },
        { "addcdiv_", (x, y) => x.clone().addcdiv_(y, x, 1), (a, b) => a + b / a },
        { "clamp by tensors", (x, y) => x.clamp(y, null), Math.Max },
        { "eq", eq, (a, b) => a == b ? 1 : 0 },
        { "ne", ne, (a, b) => a != b ? 1 : 0 },
        { "<", (x, y) => x < y, (a, b) => a < b ? 1 : 0 },
        { "<=", (x, y) => x <= y, (a, b) => a <= b ? 1 : 0 },
        { ">", (x, y) => x > y, (a, b) => a > b ? 1 : 0 },
        { ">=", (x, y) => x >= y, (a, b) => a >= b ? 1 : 0 },
        { "with numbers", (x, y) => x.lt(1).logical_and(y.ge(0)).logical_or(x.eq(6)), (a, b) => (a < 1 && b >= 0) || a == 6 ? 1 : 0 },
        { "not and xor", (x, y) => x.gt(0).logical_not().logical_xor(y.le(1)), (a, b) => (a <= 0) ^ (b <= 1) ? 1 : 0 },
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
        Near([0, 1, 0], isnan(x));
        Near([1, 0, 0], isfinite(x));
        Assert.False(x.isfinite().all().ToBoolean());
        Assert.True(x.isnan().any().ToBoolean());
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
