namespace Kindred.Host.Configuration;

/// <summary>
/// Makes a property a key of the configuration. Binding, checks, help, "did you mean" and docs/configuration.md all come from here;
/// the property's initial value is the key's default.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class KeyAttribute(string name, string help) : Attribute
{
    public string Name { get; } = name;

    /// <summary>One line, without a full stop.</summary>
    public string Help { get; } = help;

    /// <summary>Smallest value allowed; NaN: none.</summary>
    public double Min { get; init; } = double.NaN;

    /// <summary>Largest value allowed; NaN: none.</summary>
    public double Max { get; init; } = double.NaN;

    /// <summary>Values must be greater than this; NaN: no bound.</summary>
    public double Above { get; init; } = double.NaN;

    /// <summary>Values must be less than this; NaN: no bound.</summary>
    public double Below { get; init; } = double.NaN;

    /// <summary>How the default follows from the machine and other keys; empty: the default is the property's initial value.</summary>
    public string Derived { get; init; } = "";

    /// <summary><c>resume</c> may change it: it says where and how long a run goes, never what it computes.</summary>
    public bool Resumable { get; init; }

    /// <summary>It belongs to the node, not to the run: each node of a cluster has its own value.</summary>
    public bool OfNode { get; init; }
}

/// <summary>The heading under which help shows a record's keys.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class GroupAttribute(string title) : Attribute
{
    public string Title { get; } = title;
}

/// <summary>How a value of an enumeration is written where it isn't its name in lower case with + for And.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class WordAttribute(string text) : Attribute
{
    public string Text { get; } = text;
}
