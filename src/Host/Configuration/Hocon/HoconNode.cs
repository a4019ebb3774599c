namespace Kindred.Host.Configuration.Hocon;

/// <summary>Something on the right of an equals sign, as written.</summary>
internal abstract record HoconExpression(string Origin);

internal sealed record HoconNull(string Origin) : HoconExpression(Origin);

/// <param name="Text">The text.</param>
/// <param name="IsSpace">White space between two parts of a value; it counts only between texts.</param>
/// <param name="Origin">Where.</param>
internal sealed record HoconScalar(string Text, bool IsSpace, string Origin) : HoconExpression(Origin);

/// <param name="Path">What is to stand here.</param>
/// <param name="Scope">Path of the object that the file is included in: <paramref name="Path"/> is looked for there first.</param>
/// <param name="Optional"><c>${?path}</c>: nothing where it isn't found.</param>
/// <param name="Origin">Where.</param>
internal sealed record HoconSubstitution(string[] Path, string[] Scope, bool Optional, string Origin) : HoconExpression(Origin);

internal sealed record HoconArray(IReadOnlyList<HoconExpression> Items, string Origin) : HoconExpression(Origin);

internal sealed record HoconObject(HoconNode Node, string Origin) : HoconExpression(Origin);

internal sealed record HoconConcatenation(IReadOnlyList<HoconExpression> Parts, string Origin) : HoconExpression(Origin);

/// <summary>An object while it is being read: what was assigned to it, in order, and its children.</summary>
internal sealed class HoconNode
{
    public List<HoconExpression> Values { get; } = [];

    public Dictionary<string, HoconNode> Children { get; } = [];

    /// <summary>The node at a path below this one, made where it is missing.</summary>
    public HoconNode At(IEnumerable<string> path)
    {
        var node = this;
        foreach (var name in path)
        {
            if (!node.Children.TryGetValue(name, out var child)) node.Children[name] = child = new();
            node = child;
        }

        return node;
    }

    public void Assign(HoconExpression value)
    {
        switch (value)
        {
            case HoconNull:
                Values.Clear();
                Children.Clear();
                break;
            case HoconObject { Node: var literal }:
                Merge(literal);
                break;
            default:
                Values.Add(value);
                break;
        }
    }

    private void Merge(HoconNode other)
    {
        Values.AddRange(other.Values);
        foreach (var (name, child) in other.Children) At([name]).Merge(child);
    }
}
