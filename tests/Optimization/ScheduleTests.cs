using Kindred.Gpu.Optimization;

namespace Kindred.Tests.Optimization;

public sealed class ScheduleTests
{
    [Fact]
    public void WarmsUpLinearlyThenFallsAsACosineToZero()
    {
        var rates = Enumerable.Range(0, 1000).Select(done => Schedule.Rate(0.5, done, 1000)).ToArray();
        Assert.Equal(0.5 / 51, rates[0], 12);
        Assert.Equal(0.5 * 0.5 * (1 + Math.Cos(Math.PI * 0.5)), rates[500], 12);
        Assert.Equal(rates.Max(), rates[48..53].Max());
        Assert.InRange(rates[^1], 0, 1e-5);
        Assert.All(rates.Zip(rates[1..]).Skip(51), pair => Assert.True(pair.Second < pair.First));
    }

    [Fact]
    public void WithoutWarmUpStartsAtThePeak() => Assert.Equal(0.3, Schedule.Rate(0.3, 0, 10, warmup: 0), 12);

    [Theory]
    [InlineData(RateScaling.None, 0.1)]
    [InlineData(RateScaling.Linear, 1.6)]
    [InlineData(RateScaling.Sqrt, 6.4)]
    public void RatesGrowWithTheBatch(RateScaling scaling, double expected) =>
        Assert.Equal(expected, Schedule.Peak(0.1, 4096, scaling), 12);
}
