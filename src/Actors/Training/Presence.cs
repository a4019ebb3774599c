using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol.Store;
using Microsoft.Extensions.Logging;

namespace Kindred.Actors.Training;

/// <summary>Renews coordinator.json every second, beside the coordinator's own work, and says at the end that nobody coordinates any more.</summary>
internal sealed class Presence(IActorContext context, RunDirectory directory, RunOptions run, Roster roster)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private readonly IExecutor writer = context.Executor(nameof(Presence));
    private bool warned;

    public void Start() => context.ScheduleRepeated(nameof(Presence), Period, new Renew());

    /// <summary>Where the write before this one still waits for the disk, nothing new is queued.</summary>
    public void Tell(TermStep head, string phase, string? waitsFor)
    {
        if (writer.Pending == 0)
            Write(head, phase, waitsFor);
    }

    /// <summary>The last words. A coordinator that was superseded has none: the file is its successor's.</summary>
    public void End(TermStep head, Exception? failure)
    {
        context.Cancel(nameof(Presence));
        Write(head, CoordinatorFile.Ended, waitsFor: null, failure);
    }

    public void StepDown() => context.Cancel(nameof(Presence));

    /// <summary>No commit rests on the file, so a disk that can't take it ends no run: the next checkpoint will.</summary>
    public void Failed(Exception reason)
    {
        if (!warned)
            PresenceLog.NotWritten(context.Log, reason, directory.Root);
        warned = true;
    }

    private void Write(TermStep head, string phase, string? waitsFor, Exception? failure = null)
    {
        if (head.Term == 0)
            return;
        var self = context.Cluster.Self;
        var file = new CoordinatorFile(
            self.Name, self.Incarnation, run.Host, head.Term, head.Step, phase, waitsFor,
            [.. context.Cluster.Members.Select(n => n.Name)], [.. roster.ReadyWorkers.Select(w => roster.NameOf(w.Actor))], context.Clock.GetUtcNow(), failure, run.Cluster);
        context.Run(writer, () => WriteUnlessSuperseded(file), done => done, error => new NotWritten(error));
    }

    private Written WriteUnlessSuperseded(CoordinatorFile file)
    {
        if (directory.Terms.IsNewest(file.Term))
            file.Write(directory.Files, directory.Root);
        return new Written();
    }

    /// <summary>The timer's message.</summary>
    public sealed record Renew;

    public sealed record Written;

    public sealed record NotWritten(Exception Reason);
}

internal static partial class PresenceLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "coordinator.json in {Run} can't be written; status will be out of date")]
    internal static partial void NotWritten(ILogger log, Exception reason, string run);
}
