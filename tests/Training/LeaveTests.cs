using Kindred.Actors.Engines;
using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;

namespace Kindred.Tests.Training;

/// <summary>What is saved before a node may leave.</summary>
public sealed class LeaveTests
{
    private static readonly Node Elsewhere = new("elsewhere", 1, []);

    [Theory]
    [InlineData(2, "keeper", true)]
    [InlineData(1, "worker-0", true)]
    [InlineData(2, "worker-1", false)]
    public async Task ANodeWhosePartOfTheStateNobodyElseHoldsLeavesWhenItIsSaved(int workers, string leaves, bool saves)
    {
        var saved = new List<long>();
        long[]? savedBefore = null;
        LocalEngine? engine = null;
        await using var cluster = new Cluster
        {
            Workers = workers,
            CheckpointEvery = 0,
            Saved = saved.Add,
            Between = coordinator => new ChangedLine(coordinator, (message, sender) =>
                message is Here here && sender.Path.EndsWith(leaves, StringComparison.Ordinal) ? here with { Node = Elsewhere } : message),
        };
        var end = await cluster.Run(
            committed: step =>
            {
                if (step.At.Step == 5)
                    engine!.Find("/training/coordinator")!.Tell(new Leave(Elsewhere), new Asker(() => savedBefore ??= [.. saved]));
            },
            started: running => engine = running);
        Assert.Null(end.Reason);
        Assert.NotNull(savedBefore);
        Assert.Equal(saves, savedBefore.Length > 0);
        Assert.All(savedBefore, step => Assert.InRange(step, 5, cluster.LastStep - 1));
    }

    private sealed class Asker(Action mayLeave) : IActorRef
    {
        public string Path => "/asker";

        public void Tell(object message, IActorRef? sender = null)
        {
            Assert.IsType<MayLeave>(message);
            mayLeave();
        }

        public Task<T> Ask<T>(object message, TimeSpan timeout) => throw new NotSupportedException();
    }
}
