using System.Text;

namespace Kindred.Host.Configuration.Hocon;

/// <summary>An <c>include</c>: a file, relative to the one that names it.</summary>
internal readonly record struct IncludeStatement(string File, bool Required, string Origin)
{
    /// <summary>Reads <c>include "x"</c>, <c>file("x")</c>, <c>required("x")</c> or <c>required(file("x"))</c>.</summary>
    public static bool TryRead(HoconScanner scanner, out IncludeStatement include)
    {
        include = default;
        if (!scanner.Sees("include ") && !scanner.Sees("include\t")) return false;
        var origin = scanner.Origin;
        scanner.Take("include");
        scanner.SkipSpace();
        var required = scanner.Take("required(");
        var file = scanner.Take("file(");
        if (scanner.Next != '"') throw scanner.Unexpected("a file name in quotes");
        include = new(scanner.Quoted(), required, origin);
        if ((file && !scanner.Take(")")) || (required && !scanner.Take(")"))) throw scanner.Unexpected("')'");
        return true;
    }
}

/// <summary>The files that are being read, each included by the one before.</summary>
internal sealed class HoconIncludes
{
    private const int Deepest = 16, MostBytes = 256 * 1024;

    private readonly string[] open;

    private HoconIncludes(string[] open) => this.open = open;

    public static HoconIncludes None { get; } = new([]);

    /// <summary>Reads an included file; nothing where it isn't there, unless it is required.</summary>
    public void Include(IncludeStatement include, Action<string, string, HoconIncludes> parse)
    {
        if (open.Length == 0) throw new ConfigurationException($"{include.Origin}include works only in a file");
        if (include.File.Length == 0 || include.File.Contains('\0'))
            throw new ConfigurationException($"{include.Origin}'{include.File}' is no file name");
        var path = Path.Combine(Path.GetDirectoryName(open[^1])!, include.File);
        if (include.Required || File.Exists(path)) Read(path, include.Origin, parse);
    }

    /// <param name="path">The file.</param>
    /// <param name="origin">Where it is named.</param>
    /// <param name="parse">Gets its text, its name for errors, and what its own includes go through.</param>
    /// <exception cref="ConfigurationException">It can't be read, or is being read already.</exception>
    public void Read(string path, string origin, Action<string, string, HoconIncludes> parse)
    {
        var full = Path.GetFullPath(path);
        if (open.Contains(full)) throw new ConfigurationException($"{origin}{Path.GetFileName(path)} includes itself");
        if (open.Length >= Deepest) throw new ConfigurationException($"{origin}includes are nested deeper than {Deepest}");
        parse(Text(full, path, origin), Path.GetFileName(path), new([.. open, full]));
    }

    private static string Text(string full, string path, string origin)
    {
        if (Directory.Exists(full)) throw new ConfigurationException($"{origin}{path} can't be read: it is a folder");
        try
        {
            using var file = File.OpenRead(full);
            var bytes = new byte[MostBytes + 1]; // not file.Length: a pipe has none, a device no end
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > MostBytes) throw new ConfigurationException($"{origin}{path} is larger than {MostBytes / 1024} KiB");
            using var reader = new StreamReader(new MemoryStream(bytes, 0, length), new UTF8Encoding(false, throwOnInvalidBytes: true));
            return reader.ReadToEnd();
        }
        catch (DecoderFallbackException wrong)
        {
            throw new ConfigurationException($"{origin}{path} is not UTF-8 text", wrong);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{origin}{path} can't be read: {wrong.Message}", wrong);
        }
    }
}
