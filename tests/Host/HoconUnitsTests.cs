using FsCheck;
using FsCheck.Fluent;
using Kindred.Host.Configuration.Hocon;

namespace Kindred.Tests.Host;

public sealed class HoconUnitsTests
{
    [Theory]
    [InlineData("10 s", 10_000)]
    [InlineData("10s", 10_000)]
    [InlineData("1.5 minutes", 90_000)]
    [InlineData("250", 250)]
    [InlineData("2 h", 7_200_000)]
    [InlineData("1 day", 86_400_000)]
    public void Durations(string text, double milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), HoconUnits.ParseDuration(text));

    [Theory]
    [InlineData("64 MiB", 64L << 20)]
    [InlineData("64M", 64L << 20)]
    [InlineData("64 MB", 64_000_000)]
    [InlineData("1 kB", 1000)]
    [InlineData("1 KiB", 1024)]
    [InlineData("7", 7)]
    [InlineData("7 bytes", 7)]
    [InlineData("0.5 GiB", 1L << 29)]
    public void Sizes(string text, long bytes) => Assert.Equal(bytes, HoconUnits.ParseBytes(text));

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("10 q")]
    [InlineData("1e300 d")]
    [InlineData("NaN s")]
    public void What_is_no_duration_is_refused(string text) => Assert.Throws<FormatException>(() => HoconUnits.ParseDuration(text));

    [Theory]
    [InlineData("-1 B")]
    [InlineData("10 qB")]
    [InlineData("9 EiB")]
    public void What_is_no_size_is_refused(string text) => Assert.Throws<FormatException>(() => HoconUnits.ParseBytes(text));

    [Fact]
    public void Written_durations_read_back() => Prop.ForAll<int>(ticks =>
        HoconUnits.ParseDuration(HoconUnits.FormatDuration(TimeSpan.FromTicks(ticks))).Ticks == ticks).QuickCheckThrowOnFailure();
}
