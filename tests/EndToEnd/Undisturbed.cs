namespace Kindred.Tests.EndToEnd;

/// <summary>A run on one process that nobody interrupts, to compare others with.</summary>
public abstract class Undisturbed
{
    /// <param name="train">The command, with run=r.</param>
    protected Undisturbed(string train)
    {
        using var work = new Workplace();
        work.Run(train).Succeeds();
        State = work.State("r");
    }

    /// <summary>Its step and hashes.</summary>
    public string State { get; }
}
