using FsCheck;
using FsCheck.Fluent;
using Kindred.Actors.Engines.RabbitMq;

namespace Kindred.Tests.Cluster;

public sealed class PhiAccrualDetectorTests
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(0.25), Pause = TimeSpan.FromSeconds(1);

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    /// <summary>A detector that heard heartbeats at these intervals, and when it heard the last.</summary>
    private static (PhiAccrualDetector Detector, TimeSpan Last) After(IEnumerable<double> intervals)
    {
        var detector = new PhiAccrualDetector(Period, Pause);
        var now = Seconds(10);
        detector.Heartbeat(now);
        foreach (var interval in intervals)
            detector.Heartbeat(now += Seconds(interval));
        return (detector, now);
    }

    private static Arbitrary<double[]> Intervals() => Gen.Choose(0, 3_000).Select(ms => ms / 1000.0).ArrayOf().ToArbitrary();

    [Fact]
    public void Before_anything_was_heard_nothing_is_suspected() =>
        Assert.Equal(0, new PhiAccrualDetector(Period, Pause).Phi(TimeSpan.FromDays(1)));

    [Fact]
    public void Suspicion_never_falls_while_the_silence_lasts_and_has_a_value_however_long_that_is() => Prop.ForAll(Intervals(), intervals =>
    {
        var (detector, last) = After(intervals);
        var phis = Enumerable.Range(0, 400).Select(i => detector.Phi(last + Seconds(i * 0.1))).Append(detector.Phi(last + TimeSpan.FromDays(365))).ToList();
        Assert.All(phis, phi => Assert.True(phi >= 0 && double.IsFinite(phi)));
        Assert.Equal(phis.Order(), phis);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_silence_no_longer_than_the_pause_is_never_suspected() => Prop.ForAll(Intervals(), intervals =>
    {
        var (detector, last) = After(intervals);
        Assert.True(detector.Phi(last + Pause) < 1);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Regular_heartbeats_that_stop_are_suspected_well_within_three_seconds()
    {
        var (detector, last) = After(Enumerable.Repeat(0.25, 100));
        Assert.True(detector.Phi(last + Seconds(1.5)) < 8);
        Assert.True(detector.Phi(last + Seconds(2.5)) > 8);
    }

    [Fact]
    public void Irregular_heartbeats_are_given_more_time_than_regular_ones()
    {
        var (regular, a) = After(Enumerable.Repeat(0.5, 60));
        var (irregular, b) = After(Enumerable.Range(0, 60).Select(i => i % 2 == 0 ? 0.1 : 0.9));
        Assert.True(irregular.Phi(b + Seconds(2.5)) < regular.Phi(a + Seconds(2.5)));
    }

    [Fact]
    public void Only_the_newest_64_intervals_count()
    {
        var (fresh, a) = After(Enumerable.Repeat(0.25, 64));
        var (changed, b) = After([.. Enumerable.Repeat(2.0, 100), .. Enumerable.Repeat(0.25, 64)]);
        Assert.Equal(fresh.Phi(a + Seconds(2)), changed.Phi(b + Seconds(2)), 9);
    }

    [Fact]
    public void A_reset_starts_afresh_from_now()
    {
        var (detector, last) = After(Enumerable.Repeat(0.25, 64));
        detector.Reset(last + Seconds(60));
        Assert.True(detector.Phi(last + Seconds(60.5)) < 1);
        Assert.True(detector.Phi(last + Seconds(63)) > 8);
    }
}
