namespace Kindred.Host.Configuration;

/// <summary>Suggestions for misspelt words.</summary>
public static class Spelling
{
    /// <summary>The word nearest to <paramref name="text"/>, or null where none is near enough to be meant.</summary>
    public static string? Nearest(string text, IEnumerable<string> words)
    {
        var (best, distance) = words.Select(word => (word, Distance(text.ToLowerInvariant(), word.ToLowerInvariant())))
            .DefaultIfEmpty(("", int.MaxValue)).MinBy(pair => pair.Item2);
        return distance <= Math.Max(1, Math.Min(text.Length, best.Length) / 3) ? best : null;
    }

    /// <summary>"a", "a or b", "a, b or c".</summary>
    public static string Alternatives(IEnumerable<string> words) =>
        words.ToArray() is [.. var first, var last] ? first.Length == 0 ? last : $"{string.Join(", ", first)} or {last}" : "";

    /// <summary>Edits (insert, delete, replace, swap neighbours) between two words: optimal string alignment distance.</summary>
    public static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
