using Kindred.Actors.Messaging;

namespace Kindred.Actors.Training;

/// <summary>Drives one commit after the other: the part of the coordinator in which the modes of consistency differ.</summary>
internal interface ICommitLoop
{
    /// <summary>The step may be worked on and committed; the one before has been, or is the state that the term goes on from.</summary>
    void Open(int inTerm, long step);

    /// <summary>Nothing more is committed until the next <see cref="Open"/>.</summary>
    void Close();

    /// <summary>A worker is gone, or has come: shards without an owner go to those who are ready.</summary>
    void WorkersChanged(IActorRef? gone = null);

    /// <summary>The keeper was replaced: the projections of every open shard are needed again.</summary>
    void KeeperChanged();

    /// <summary>A data actor is gone: the views that it may have been making are asked of another one.</summary>
    void DataLost();

    /// <summary>Asks again for what is overdue.</summary>
    void Tick();

    void Receive(object message, IActorRef? sender);

    /// <summary>Sends the last commit again to a worker that lacks only that; false: it lacks more, or the commit isn't kept.</summary>
    bool TryRepeatCommit(Roster.Member worker);

    /// <summary>A shard without an owner that is there, though a worker and a keeper are ready; null: there is none.</summary>
    string? LostLease { get; }
}
