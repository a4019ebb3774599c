namespace Kindred.Host.Configuration.Hocon;

/// <summary>A value with its full path, as in <c>fnc.topk</c> (elements of an array are numbered), and where it stands.</summary>
public readonly record struct HoconLeaf(string Path, string Text, string Origin);

/// <summary>
/// What a HOCON text means, substitutions resolved. Unlike in HOCON elsewhere a node may have a text and children both, because
/// <c>data</c> and <c>data.path</c> are both keys.
/// </summary>
public sealed class HoconTree
{
    private const int MostLeaves = 100_000;

    /// <summary>The value as text; null where there is none.</summary>
    public string? Text { get; init; }

    /// <summary>As in "cluster.hocon:3:5: ".</summary>
    public string Origin { get; init; } = "";

    /// <summary>Elements of an array; null: it is none.</summary>
    public IReadOnlyList<HoconTree>? Items { get; init; }

    public IReadOnlyDictionary<string, HoconTree> Children { get; init; } = new Dictionary<string, HoconTree>();

    /// <summary>Everything with a text, depth first.</summary>
    /// <exception cref="ConfigurationException">Substitutions of substitutions have grown beyond 100,000 values.</exception>
    public IReadOnlyList<HoconLeaf> Leaves()
    {
        var leaves = new List<HoconLeaf>();
        Collect("", leaves);
        return leaves;
    }

    internal HoconTree WithText(string text) => new() { Text = text, Origin = Origin, Children = Children };

    internal HoconTree WithItems(IReadOnlyList<HoconTree> items) => new() { Items = items, Origin = Origin, Children = Children };

    /// <summary><paramref name="next"/> over <paramref name="before"/>: children are merged, a text or an array replaces a text or an
    /// array.</summary>
    internal static HoconTree Merge(HoconTree? before, HoconTree next)
    {
        if (before is null) return next;
        var valued = next.Text is not null || next.Items is not null ? next : before;
        var children = new Dictionary<string, HoconTree>(before.Children);
        foreach (var (name, child) in next.Children) children[name] = Merge(children.GetValueOrDefault(name), child);
        return new() { Text = valued.Text, Items = valued.Items, Origin = valued.Origin, Children = children };
    }

    private void Collect(string path, List<HoconLeaf> leaves)
    {
        if (leaves.Count >= MostLeaves) throw new ConfigurationException($"{Origin}more than {MostLeaves} values");
        if (Text is not null) leaves.Add(new(path, Text, Origin));
        for (var i = 0; i < (Items?.Count ?? 0); i++) Items![i].Collect($"{path}.{i}", leaves);
        foreach (var (name, child) in Children) child.Collect(path.Length == 0 ? name : $"{path}.{name}", leaves);
    }
}
