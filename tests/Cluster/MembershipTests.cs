using Kindred.Actors.Engines.RabbitMq;
using Kindred.Actors.Messaging;

namespace Kindred.Tests.Cluster;

public sealed class MembershipTests
{
    private static readonly MembershipOptions Options = new();
    private static readonly Node Self = new("m", 5, []), A = new("a", 1, []), B = new("z", 2, []);

    private readonly Membership membership = new(Self, Options);
    private TimeSpan now = TimeSpan.FromSeconds(100);

    private static Notice Heartbeat(Node node, string? address = null, TimeSpan sent = default) =>
        new(NoticeKind.Heartbeat, node, address ?? $"{node.Name}.1", Sent: sent);

    /// <summary>So many heartbeat periods in which this node hears itself, and these others.</summary>
    private void Beat(int periods, params Node[] heard)
    {
        for (var i = 0; i < periods; i++)
        {
            now += Options.HeartbeatPeriod;
            membership.Hear(Heartbeat(Self, sent: now), now);
            foreach (var node in heard)
                membership.Hear(Heartbeat(node), now);
            membership.Tick(now);
        }
    }

    private static int Periods(TimeSpan time) => (int)Math.Ceiling(time / Options.HeartbeatPeriod);

    [Fact]
    public void A_node_is_up_when_it_is_first_heard_and_connected_when_it_hears_itself()
    {
        Assert.False(membership.IsConnected);
        Beat(2, A);
        Assert.Equal([new MemberUp(A)], membership.TakeChanges());
        Assert.Equal([Self, A], membership.Members);
        Assert.Equal("a.1", membership.AddressOf(A));
        Assert.True(membership.IsConnected);
    }

    /// <summary>So many heartbeat periods in which this node, which hasn't spoken, hears nobody; whether it may speak after each.</summary>
    private bool[] Listen(int periods) => [.. Enumerable.Range(0, periods).Select(_ => membership.Listen(now += Options.HeartbeatPeriod))];

    private static readonly bool[] Silent = [false, false, false, false, false];

    [Fact]
    public void A_node_listens_before_it_speaks() => Assert.Equal([.. Silent, true], Listen(6));

    [Fact]
    public void A_process_that_stood_still_has_not_listened_meanwhile()
    {
        Listen(1);
        now += TimeSpan.FromSeconds(10);
        Assert.Equal([.. Silent[1..], true], Listen(5));
    }

    [Fact]
    public void It_listens_anew_over_a_new_connection_until_it_has_spoken()
    {
        Listen(5);
        membership.Disconnect();
        Assert.Equal([.. Silent, true], Listen(6));
        membership.Disconnect();
        Assert.Equal([true], Listen(1));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void Another_of_its_name_that_lives_keeps_it_silent(long incarnation)
    {
        var other = Self with { Incarnation = incarnation };
        membership.Hear(Heartbeat(other, sent: Options.HeartbeatPeriod), now); // before the first period is over
        Listen(1);
        Assert.Null(membership.Namesake);
        membership.Hear(Heartbeat(other, sent: 2 * Options.HeartbeatPeriod), now);
        Assert.Equal(other, membership.Namesake);
        Assert.DoesNotContain(true, Listen(100));
        Assert.Null(membership.OwnRemoval);
        Assert.Empty(membership.TakeReplies());
    }

    [Fact]
    public void A_last_heartbeat_of_its_former_life_only_delays_it()
    {
        Listen(2);
        membership.Hear(Heartbeat(Self with { Incarnation = 4 }, sent: now), now);
        Assert.Equal([.. Silent, true], Listen(6));
        membership.Hear(Heartbeat(Self with { Incarnation = 4 }, sent: now), now);
        Assert.Null(membership.Namesake);
    }

    [Fact]
    public void A_silent_node_is_unreachable_then_removed_and_all_are_told()
    {
        Beat(20, A, B);
        membership.TakeChanges();
        Beat(Periods(TimeSpan.FromSeconds(3)), B);
        Assert.Equal([new MemberUnreachable(A)], membership.TakeChanges());
        Assert.Contains(A, membership.Members);
        Beat(Periods(Options.RemovalTime), B);
        Assert.Equal([new MemberRemoved(A)], membership.TakeChanges());
        Assert.Equal([new Notice(NoticeKind.Removed, A, "", A.Incarnation)], membership.TakeReplies());
        Assert.Null(membership.AddressOf(A));
    }

    [Fact]
    public void A_node_that_is_heard_again_in_time_is_reachable()
    {
        Beat(20, A);
        Beat(Periods(TimeSpan.FromSeconds(3)));
        Beat(1, A);
        Assert.Equal([new MemberUp(A), new MemberUnreachable(A), new MemberReachable(A)], membership.TakeChanges());
    }

    [Fact]
    public void A_node_whose_queue_is_gone_is_unreachable_at_once_and_removed_after_the_shorter_time()
    {
        Beat(20, A);
        membership.TakeChanges();
        membership.MissQueue("a.1", now);
        Assert.Equal([new MemberUnreachable(A)], membership.TakeChanges());
        Beat(Periods(Options.GoneTime) - 1);
        Assert.Empty(membership.TakeChanges());
        Beat(2);
        Assert.Equal([new MemberRemoved(A)], membership.TakeChanges());
    }

    [Fact]
    public void A_node_that_comes_back_with_a_new_queue_stays_a_member()
    {
        Beat(20, A);
        membership.MissQueue("a.1", now);
        membership.Hear(Heartbeat(A, "a.2"), now);
        membership.MissQueue("a.1", now); // what was under way to the old one
        Beat(1);
        membership.Hear(Heartbeat(A, "a.2"), now);
        Assert.Equal([new MemberUp(A), new MemberUnreachable(A), new MemberReachable(A)], membership.TakeChanges());
        Assert.Equal("a.2", membership.AddressOf(A));
    }

    [Fact]
    public void While_it_doesn_t_hear_itself_a_node_suspects_nobody_and_then_starts_afresh()
    {
        Beat(20, A);
        membership.TakeChanges();
        now += TimeSpan.FromMinutes(5);
        membership.Tick(now);
        Assert.False(membership.IsConnected);
        Beat(1);
        Assert.True(membership.IsConnected);
        Beat(2);
        Assert.Empty(membership.TakeChanges());
        Beat(Periods(TimeSpan.FromSeconds(3)));
        Assert.Equal([new MemberUnreachable(A)], membership.TakeChanges());
    }

    [Fact]
    public void A_heartbeat_of_its_own_that_lay_in_a_buffer_is_no_sign_of_being_connected()
    {
        Beat(20, A);
        var before = now;
        now += TimeSpan.FromSeconds(30);
        membership.Hear(Heartbeat(Self, sent: before), now);
        membership.Tick(now);
        Assert.False(membership.IsConnected);
        Assert.Equal([new MemberUp(A)], membership.TakeChanges());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void After_a_reconnect_a_missing_queue_may_only_not_be_back_yet(bool isMissedAtOnce)
    {
        Beat(20, A);
        membership.TakeChanges();
        membership.Disconnect();
        if (isMissedAtOnce)
            membership.MissQueue("a.1", now);
        Beat(1);
        membership.MissQueue("a.1", now);
        Assert.Empty(membership.TakeChanges());
        Beat(Periods(Options.GoneTime) + 2);
        Assert.Contains(A, membership.Members);
        Beat(Periods(Options.RemovalTime));
        Assert.DoesNotContain(A, membership.Members);
    }

    [Fact]
    public void A_removed_node_is_told_so_when_it_is_heard_again_and_its_next_start_is_a_member()
    {
        Beat(20, A);
        membership.Hear(new Notice(NoticeKind.Removed, A, "", 1), now);
        Beat(1, A);
        Assert.Equal([new Notice(NoticeKind.Removed, A, "", 1)], membership.TakeReplies());
        Assert.True(membership.IsRemoved(A));
        var again = A with { Incarnation = 7 };
        Beat(1, again);
        Assert.Equal([new MemberUp(A), new MemberRemoved(A), new MemberUp(again)], membership.TakeChanges());
        Assert.False(membership.IsRemoved(again));
    }

    [Fact]
    public void A_later_start_of_a_name_takes_the_place_of_an_earlier_one()
    {
        Beat(1, A);
        Beat(1, A with { Incarnation = 9 });
        Beat(1, A);
        Assert.Equal([new MemberUp(A), new MemberRemoved(A), new MemberUp(A with { Incarnation = 9 })], membership.TakeChanges());
        Assert.Equal([new Notice(NoticeKind.Removed, A, "", 9)], membership.TakeReplies());
    }

    [Fact]
    public void It_learns_of_its_own_removal_and_of_a_later_start_of_its_name()
    {
        membership.Hear(new Notice(NoticeKind.Removed, Self, "", 8), now);
        Assert.Equal(8, membership.OwnRemoval);
        var other = new Membership(Self, Options);
        while (!other.Listen(now += Options.HeartbeatPeriod))
            Assert.Null(other.Namesake);
        other.Hear(Heartbeat(Self with { Incarnation = 6 }), now);
        Assert.Equal(6, other.OwnRemoval);
        Assert.Empty(other.TakeChanges());
    }

    [Fact]
    public void A_node_that_leaves_is_removed_at_once()
    {
        Beat(1, A);
        membership.Hear(new Notice(NoticeKind.Left, A, ""), now);
        Assert.Equal([new MemberUp(A), new MemberRemoved(A)], membership.TakeChanges());
    }

    [Fact]
    public void Every_node_of_a_ring_is_looked_after_by_as_many()
    {
        Node[] nodes = [.. Enumerable.Range(0, 9).Select(i => new Node($"n{i}", 1, []))];
        var looked = nodes.SelectMany(node =>
        {
            var view = new Membership(node, Options);
            foreach (var other in nodes.Where(other => other != node))
                view.Hear(Heartbeat(other), now);
            return view.Successors(4);
        });
        Assert.All(looked.GroupBy(address => address), group => Assert.Equal(4, group.Count()));
        Assert.Equal(9, looked.Distinct().Count());
        Beat(1, A);
        Assert.Equal(["a.1"], membership.Successors(4));
    }
}
