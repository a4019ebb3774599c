namespace Kindred.Actors.Protocol.Store;

/// <summary>end.json: how a run ended, for nodes that are away when it is said.</summary>
public sealed class EndFile(IFiles files, string path, Terms terms)
{
    /// <summary>None was there; an end before the first term is one of term 0.</summary>
    private const int None = -1;

    /// <summary>The term of an end that was there when the run was opened: it goes on from that.</summary>
    private int before = None;

    /// <summary>The run was opened to go on with it. What can't be read may be any end up to now.</summary>
    /// <exception cref="RunStoreException">Neither it nor a term can be read.</exception>
    public void Opened()
    {
        try
        {
            before = ReadRecord()?.Under ?? None;
        }
        catch (RunStoreException)
        {
            before = terms.NewestClaim();
        }
    }

    /// <summary>Writes how the run ended under this term.</summary>
    /// <exception cref="RunStoreException">The run directory can't be written.</exception>
    public void Write(RunEnd end, int term)
    {
        var bytes = StoreJson.Bytes(new EndRecord(end.At.Term, end.At.Step, term, end.Reason));
        files.Replace(path, stream => stream.Write(bytes));
    }

    /// <summary>
    /// How the run ended: with its last step; or, since it was opened and with no later term, because it was stopped or failed. Null: it hasn't.
    /// </summary>
    /// <param name="ownTerm">Claimed by who asks, perhaps as its predecessor ended; 0: none.</param>
    /// <exception cref="RunStoreException">It, or a term, can't be read.</exception>
    public RunEnd? Read(long lastStep, int ownTerm = 0)
    {
        if (ReadRecord() is not { } end)
            return null;
        var at = new TermStep(end.Term, end.Step);
        if (end.Failure is null && end.Step >= lastStep && terms.Chain().Counts(at))
            return new RunEnd(at, Finished: true, null);
        return end.Under > before && end.Under >= terms.NewestClaim() - (ownTerm > 0 ? 1 : 0) ? new RunEnd(at, Finished: false, end.Failure) : null;
    }

    private EndRecord? ReadRecord() => StoreJson.Read<EndRecord>(files, path, "delete it to go on with the run");
}

/// <summary>How a run ended; Reason is null when it came to its end or was asked to stop.</summary>
public sealed record RunEnd(TermStep At, bool Finished, Exception? Reason);

/// <summary>The run's last state, under which term that was said, and what failed.</summary>
internal sealed record EndRecord(int Term, long Step, int Under = 0, Exception? Failure = null);
