namespace Kindred.Host.Configuration.Hocon;

/// <summary>
/// Reads the part of HOCON (https://github.com/lightbend/config/blob/main/HOCON.md) that docs/configuration.md describes. Any text whatever
/// is either read or refused with a <see cref="ConfigurationException"/> that names file, line and column.
/// </summary>
public sealed class HoconParser
{
    private const int DeepestNesting = 100;

    private readonly HoconScanner scanner;
    private readonly HoconIncludes includes;
    private readonly string[] scope;
    private int depth;

    private HoconParser(string text, string name, HoconIncludes includes, string[] scope) =>
        (scanner, this.includes, this.scope) = (new(text, name), includes, scope);

    /// <param name="text">HOCON.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="environment">Where a substitution that the text doesn't define is looked for; null: nowhere.</param>
    /// <exception cref="ConfigurationException">It can't be read.</exception>
    public static HoconTree Parse(string text, string name, Func<string, string?>? environment = null) =>
        Resolve(new HoconParser(text, name, HoconIncludes.None, []).Root(), environment);

    /// <summary>Reads a file, and those that it includes.</summary>
    /// <exception cref="ConfigurationException">A file can't be read.</exception>
    public static HoconTree Load(string path, Func<string, string?>? environment = null)
    {
        var root = new HoconNode();
        HoconIncludes.None.Read(path, "", (text, name, includes) => root = new HoconParser(text, name, includes, []).Root());
        return Resolve(root, environment);
    }

    private static HoconTree Resolve(HoconNode root, Func<string, string?>? environment) =>
        new HoconResolver(root, environment ?? (_ => null)).Resolve();

    private HoconNode Root()
    {
        var root = new HoconNode();
        scanner.SkipLines();
        var braces = scanner.Take("{");
        Fields(root, scope, braces ? "}" : "");
        scanner.SkipLines();
        return scanner.AtEnd ? root : throw scanner.Unexpected("the end of the file");
    }

    private void Fields(HoconNode node, string[] path, string end)
    {
        if (++depth > DeepestNesting) throw scanner.Error($"nested deeper than {DeepestNesting}");
        for (scanner.SkipLines(commas: true); !(end.Length == 0 ? scanner.AtEnd : scanner.Take(end)); scanner.SkipLines(commas: true))
        {
            if (scanner.AtEnd) throw scanner.Unexpected($"'{end}'");
            Field(node, path);
            scanner.SkipSpace();
            if (!scanner.AtEnd && scanner.Next is not ('\n' or ',' or '}')) throw scanner.Unexpected("a comma or a new line");
        }

        depth--;
    }

    private void Field(HoconNode node, string[] path)
    {
        if (IncludeStatement.TryRead(scanner, out var include))
        {
            includes.Include(include, (text, name, within) =>
                node.Assign(new HoconObject(new HoconParser(text, name, within, path).Root(), name)));
            return;
        }

        var key = Path(endsAlso: "+");
        var (target, full) = (node.At(key), (string[])[.. path, .. key]);
        scanner.SkipSpace();
        var (origin, append) = (scanner.Origin, scanner.Take("+="));
        if (!append && scanner.Next != '{' && !scanner.Take("=") && !scanner.Take(":")) throw scanner.Unexpected("'=', ':', '+=' or '{'");
        scanner.SkipLines();
        var value = Value(full);
        var before = new HoconSubstitution(full, [], Optional: true, origin);
        target.Assign(append ? new HoconConcatenation([before, new HoconArray([value], origin)], origin) : value);
    }

    private string[] Path(string endsAlso = "")
    {
        var names = new List<string>();
        do
        {
            var quoted = scanner.Next == '"';
            var name = quoted ? scanner.Quoted() : scanner.Unquoted("." + endsAlso);
            names.Add(quoted || name.Length > 0 ? name : throw scanner.Unexpected("a key"));
        }
        while (scanner.Take("."));
        return [.. names];
    }

    /// <summary>All parts up to the end of the line, a comma or a closing bracket.</summary>
    private HoconExpression Value(string[] path)
    {
        var (origin, parts, space) = (scanner.Origin, new List<HoconExpression>(), "");
        while (Part(path) is { } part)
        {
            if (space.Length > 0 && parts.Count > 0) parts.Add(new HoconScalar(space, IsSpace: true, origin));
            parts.Add(part);
            space = scanner.SkipSpace();
        }

        return parts switch
        {
            [] => throw scanner.Unexpected("a value"),
            [var single] => single,
            _ => new HoconConcatenation(parts, origin),
        };
    }

    private HoconExpression? Part(string[] path)
    {
        var origin = scanner.Origin;
        if (scanner.Take("{"))
        {
            var node = new HoconNode();
            Fields(node, path, "}");
            return new HoconObject(node, origin);
        }

        if (scanner.Take("[")) return Array(path, origin);
        if (scanner.Take("${")) return Substitution(origin);
        if (scanner.Next == '"') return new HoconScalar(scanner.Quoted(), IsSpace: false, origin);
        var word = scanner.Unquoted();
        return word switch { "" => null, "null" => new HoconNull(origin), _ => new HoconScalar(word, IsSpace: false, origin) };
    }

    private HoconArray Array(string[] path, string origin)
    {
        if (++depth > DeepestNesting) throw scanner.Error($"nested deeper than {DeepestNesting}");
        var items = new List<HoconExpression>();
        for (scanner.SkipLines(commas: true); !scanner.Take("]"); scanner.SkipLines(commas: true)) items.Add(Value(path));
        depth--;
        return new(items, origin);
    }

    private HoconSubstitution Substitution(string origin)
    {
        var optional = scanner.Take("?");
        var path = Path();
        return scanner.Take("}") ? new(path, scope, optional, origin) : throw scanner.Unexpected("'}'");
    }
}
