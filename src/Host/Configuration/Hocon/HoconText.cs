using System.Text;
using System.Text.RegularExpressions;

namespace Kindred.Host.Configuration.Hocon;

/// <summary>Writes HOCON.</summary>
public static partial class HoconText
{
    /// <summary>The text as it is where every HOCON reader takes it so, else in quotes.</summary>
    public static string Quote(string text)
    {
        if (Plain().IsMatch(text) && text is not "null" && !text.StartsWith("include", StringComparison.Ordinal)) return text;
        var quoted = new StringBuilder("\"");
        foreach (var letter in text)
        {
            quoted.Append(letter switch
            {
                '"' or '\\' => $"\\{letter}",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' => $"\\u{(int)letter:x4}",
                _ => letter.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Plain();
}
