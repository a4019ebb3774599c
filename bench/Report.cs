using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kindred.Bench;

/// <summary>What a benchmark prints last: a line to read, and one of JSON.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public static int Print<T>(string line, T figures)
    {
        Console.WriteLine(line);
        Console.WriteLine(JsonSerializer.Serialize(figures, Options));
        return 0;
    }
}
