namespace Kindred.Host.Doctor;

public enum Level
{
    Fine,

    /// <summary>Training works, but something could be better, or an optional part is missing.</summary>
    Hint,

    /// <summary>Training can't run here.</summary>
    Problem,
}

/// <summary>One thing that doctor looked at.</summary>
/// <param name="Level">How it is.</param>
/// <param name="What">As in "libtorch".</param>
/// <param name="Text">What was found and, unless it is fine, how to mend it.</param>
public sealed record Finding(Level Level, string What, string Text);
