using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Data.Sampling;

namespace Kindred.Tests.Training;

/// <summary>When those from whom nothing can be had are tried again.</summary>
public sealed class CutOffsTests
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);
    private readonly Roster roster = new(new Node("a", 1, []), namesNodes: false);
    private readonly CutOffs cutOffs;
    private readonly Roster.Member first, second;

    public CutOffsTests()
    {
        var run = new RunOptions(new EpochPlan(5, 100, 20, 4), 4, 17, 2, true, 0, 2, 0, false, AnswerWithin, "a/1");
        cutOffs = new CutOffs(run, roster, new NoObserver());
        (first, second) = (Worker("first"), Worker("second"));
        Worker("third");
        CutOff(first, TimeSpan.Zero);
    }

    [Fact]
    public void A_worker_that_is_cut_off_is_tried_again_whatever_others_fail_in()
    {
        CutOff(second, AnswerWithin / 2);
        Assert.Empty(cutOffs.ToProbe(AnswerWithin / 2));
        Assert.Equal([first], cutOffs.ToProbe(AnswerWithin));
        Assert.Equal([second], cutOffs.ToProbe(AnswerWithin * 1.5));
        Assert.Equal([first], cutOffs.ToProbe(AnswerWithin * 2));
    }

    [Fact]
    public void One_that_has_just_failed_again_is_not()
    {
        Stuck(first, AnswerWithin / 2);
        Assert.Empty(cutOffs.ToProbe(AnswerWithin));
        Assert.Equal([first], cutOffs.ToProbe(AnswerWithin * 1.5));
    }

    [Fact]
    public void A_data_actor_is_to_blame_until_it_is_cut_off_then_the_worker_that_gets_nothing_from_any()
    {
        var data = Member("data", Role.Data);
        var overdue = new Overdue(0, second.Actor, ShardPhase.Encoding, 3, data.Actor);
        for (var times = 0; times < 3; times++)
        {
            Assert.Equal(Role.Data, cutOffs.ToBlame(overdue));
            cutOffs.Blame(overdue, AnswerWithin);
        }

        Assert.True(data.IsCutOff);
        Assert.Equal(Role.Worker, cutOffs.ToBlame(overdue));
        cutOffs.ToProbe(AnswerWithin * 2);
        Assert.False(data.IsCutOff);
        cutOffs.Blame(overdue, AnswerWithin * 2);
        cutOffs.ToProbe(AnswerWithin * 3.5);
        Assert.True(data.IsCutOff); // for twice as long
        cutOffs.ToProbe(AnswerWithin * 4);
        Assert.False(data.IsCutOff);
    }

    [Fact]
    public void A_keeper_is_blamed_once_in_each_look_at_the_shards()
    {
        roster.Keeper = Member("keeper", Role.Keeper);
        foreach (var now in new[] { 1, 1, 1, 2 })
            cutOffs.Blame(new Overdue(0, second.Actor, ShardPhase.ProjectionsHeld, 3, Data: null), AnswerWithin * now);
        Assert.False(roster.Keeper.IsCutOff);
        cutOffs.Blame(new Overdue(0, second.Actor, ShardPhase.Done, 3, Data: null), AnswerWithin * 3);
        Assert.True(roster.Keeper.IsCutOff);
    }

    private void CutOff(Roster.Member worker, TimeSpan now)
    {
        for (var times = 0; times < 3; times++)
            Stuck(worker, now);
    }

    private void Stuck(Roster.Member worker, TimeSpan now) =>
        cutOffs.Blame(new Overdue(0, worker.Actor, ShardPhase.Encoding, 3, Data: null), now);

    private Roster.Member Worker(string name) => Member(name, Role.Worker);

    private Roster.Member Member(string name, Role role)
    {
        roster.Take(new Named(name), new Here(role, new Node(name, 1, []), 1, default(TermStep)), out var member);
        member.Ready = true;
        return member;
    }

    private sealed record Named(string Path) : IActorRef
    {
        public void Tell(object message, IActorRef? sender = null)
        {
        }

        public Task<T> Ask<T>(object message, TimeSpan timeout) => throw new NotSupportedException();
    }

    private sealed class NoObserver : IRunObserver
    {
        public void Started(TermStep from, int term)
        {
        }

        public void Committed(StepReport step)
        {
        }

        public void Evaluated(long step, Kindred.Gpu.Step.EvaluationResult result)
        {
        }

        public void Saved(long step)
        {
        }

        public void Noted(string what)
        {
        }

        public void Ended(RunEnd end)
        {
        }
    }
}
