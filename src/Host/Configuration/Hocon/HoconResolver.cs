namespace Kindred.Host.Configuration.Hocon;

/// <summary>
/// Replaces substitutions by what they name, wherever it stands. A value that names itself means what it was before;
/// fields written beside a substituted object override it.
/// </summary>
internal sealed class HoconResolver(HoconNode root, Func<string, string?> environment)
{
    private const int Deepest = 200, LongestText = 64 * 1024;

    private readonly Dictionary<HoconNode, HoconTree?> values = [];
    private readonly Dictionary<HoconNode, HoconTree?> inProgress = [];
    private int depth;

    public HoconTree Resolve() => Resolve(root) ?? new();

    private HoconTree? Resolve(HoconNode node)
    {
        var children = new Dictionary<string, HoconTree>();
        foreach (var (name, child) in node.Children)
        {
            if (Resolve(child) is { } value) children[name] = value;
        }

        var own = ValueOf(node, "");
        return children.Count > 0 || (node.Values.Count == 0 && node == root) ? HoconTree.Merge(own, new() { Children = children }) : own;
    }

    /// <summary>What was assigned to a node itself; a later text replaces an earlier one.</summary>
    private HoconTree? ValueOf(HoconNode node, string origin)
    {
        if (values.TryGetValue(node, out var known)) return known;
        if (inProgress.TryGetValue(node, out var before)) return before;
        if (++depth > Deepest) throw new ConfigurationException($"{origin}substitutions are nested deeper than {Deepest}");
        HoconTree? value = null;
        foreach (var expression in node.Values)
        {
            inProgress[node] = value;
            if (Evaluate(expression) is { } next) value = HoconTree.Merge(value, next);
        }

        inProgress.Remove(node);
        depth--;
        return values[node] = value;
    }

    private HoconTree? Evaluate(HoconExpression expression) => expression switch
    {
        HoconScalar scalar => new() { Text = scalar.Text, Origin = scalar.Origin },
        HoconSubstitution substitution => Substitute(substitution),
        HoconArray array => new() { Items = [.. array.Items.Select(Evaluate).OfType<HoconTree>()], Origin = array.Origin },
        HoconObject literal => Resolve(literal.Node) ?? new(),
        HoconConcatenation concatenation => Concatenate(concatenation),
        _ => null,
    };

    private HoconTree? Substitute(HoconSubstitution substitution)
    {
        var (path, origin) = (string.Join('.', substitution.Path), substitution.Origin);
        var found = substitution.Scope.Length > 0 ? At(root, [.. substitution.Scope, .. substitution.Path], origin) : null;
        found ??= At(root, substitution.Path, origin);
        found ??= environment(path) is { } text ? new() { Text = text, Origin = origin } : null;
        return found ?? (substitution.Optional ? null
            : throw new ConfigurationException($"{origin}${{{path}}} is defined neither here nor in the environment, or only by itself"));
    }

    /// <summary>What stands at a path below a node: written there, or in an object that is substituted on the way.</summary>
    private HoconTree? At(HoconNode node, ReadOnlySpan<string> path, string origin)
    {
        if (path.IsEmpty) return inProgress.ContainsKey(node) ? ValueOf(node, origin) : Resolve(node);
        var substituted = node.Values.Any(value => value is not HoconScalar) ? ValueOf(node, origin) : null;
        foreach (var name in path) substituted = substituted?.Children.GetValueOrDefault(name);
        var written = node.Children.TryGetValue(path[0], out var child) ? At(child, path[1..], origin) : null;
        return written is null ? substituted : HoconTree.Merge(substituted, written);
    }

    private HoconTree? Concatenate(HoconConcatenation concatenation)
    {
        HoconTree? whole = null;
        foreach (var part in concatenation.Parts)
        {
            var next = part is HoconNull ? new() { Text = "null", Origin = part.Origin } : Evaluate(part);
            if (next is null || (part is HoconScalar { IsSpace: true } && whole is not { Text: not null })) continue;
            whole = whole is null ? next : Join(whole, next, part);
        }

        return whole;
    }

    private static HoconTree Join(HoconTree left, HoconTree right, HoconExpression part)
    {
        if (left.Text is not null && right.Text is not null && left.Text.Length + right.Text.Length <= LongestText)
            return left.WithText(left.Text + right.Text);
        if (left.Items is not null && right.Items is not null) return left.WithItems([.. left.Items, .. right.Items]);
        if (part is HoconScalar { IsSpace: true }) return left;
        if (left.Text is null && left.Items is null && right.Text is null && right.Items is null) return HoconTree.Merge(left, right);
        throw new ConfigurationException(part.Origin + (left.Text is not null && right.Text is not null
            ? $"the text grows beyond {LongestText} characters"
            : "texts, arrays and objects can't be joined with one another"));
    }
}
