using System.Globalization;
using System.Text;

namespace Kindred.Host.Configuration.Hocon;

/// <summary>The characters of a HOCON text, and its smallest pieces: white space, comments, quoted and unquoted text.</summary>
internal sealed class HoconScanner(string text, string name)
{
    private const string EndsUnquoted = "$\"{}[]:=,#\\\n";

    private int position;

    public bool AtEnd => position >= text.Length;

    public char Next => AtEnd ? '\0' : text[position];

    /// <summary>As in "cluster.hocon:3:5: ".</summary>
    public string Origin
    {
        get
        {
            var before = text.AsSpan(0, Math.Min(position, text.Length));
            return $"{name}:{before.Count('\n') + 1}:{position - before.LastIndexOf('\n')}: ";
        }
    }

    public ConfigurationException Error(string what) => new(Origin + what);

    public ConfigurationException Unexpected(string expected) =>
        Error($"{expected} expected, found {(AtEnd ? "the end of the file" : Next == '\n' ? "the end of the line" : $"'{Next}'")}");

    public bool Sees(string piece) => string.CompareOrdinal(text, position, piece, 0, piece.Length) == 0;

    /// <summary>Skips <paramref name="piece"/> if it is next.</summary>
    public bool Take(string piece)
    {
        if (!Sees(piece)) return false;
        position += piece.Length;
        return true;
    }

    /// <summary>White space up to the end of the line, and a comment there.</summary>
    public string SkipSpace()
    {
        var start = position;
        while (!AtEnd && Next != '\n' && IsSpace(Next)) position++;
        var space = text[start..position];
        if (Sees("#") || Sees("//")) position = text.IndexOf('\n', position) is >= 0 and var end ? end : text.Length;
        return space;
    }

    /// <summary>White space, comments and new lines, and with <paramref name="commas"/> those too.</summary>
    public void SkipLines(bool commas = false)
    {
        do SkipSpace();
        while (Take("\n") || (commas && Take(",")));
    }

    /// <summary>Text without quotes, up to white space, a comment or a special character; empty where there is none.</summary>
    public string Unquoted(string endsAlso = "")
    {
        var start = position;
        while (!AtEnd && !IsSpace(Next) && !EndsUnquoted.Contains(Next) && !endsAlso.Contains(Next) && !Sees("//")) position++;
        return text[start..position];
    }

    /// <summary>Text in quotes; the next character is the first quote.</summary>
    public string Quoted()
    {
        if (Take("\"\"\"")) return TripleQuoted();
        var opening = Origin;
        position++;
        var value = new StringBuilder();
        while (!Take("\""))
        {
            if (AtEnd || Next == '\n') throw new ConfigurationException(opening + "this quote is never closed");
            value.Append(Next == '\\' ? Escaped() : text[position++]);
        }

        return value.ToString();
    }

    /// <summary>Ends at the last of three or more quotes.</summary>
    private string TripleQuoted()
    {
        var end = text.IndexOf("\"\"\"", position, StringComparison.Ordinal);
        if (end < 0) throw Error("this triple quote is never closed");
        while (end + 3 < text.Length && text[end + 3] == '"') end++;
        var value = text[position..end];
        position = end + 3;
        return value;
    }

    private char Escaped()
    {
        position++;
        if (!AtEnd && "\"\\/bfnrt".IndexOf(Next, StringComparison.Ordinal) is >= 0 and var known)
        {
            position++;
            return "\"\\/\b\f\n\r\t"[known];
        }

        if (Take("u") && position + 4 <= text.Length
            && ushort.TryParse(text.AsSpan(position, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            position += 4;
            return (char)code;
        }

        throw Error("unknown escape: there are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX");
    }

    private static bool IsSpace(char letter) => char.IsWhiteSpace(letter) || letter == '\uFEFF';
}
