using System.Globalization;
using System.Reflection;
using Kindred.Host.Configuration.Hocon;

namespace Kindred.Host.Configuration;

/// <summary>How the values of keys are written: <see cref="Parse"/> and <see cref="Format"/> are each other's inverse.</summary>
public static class ValueText
{
    /// <exception cref="FormatException">The text is no such value; the message says what is expected.</exception>
    public static object Parse(Type type, string text)
    {
        if (type == typeof(string)) return text;
        if (type == typeof(bool)) return bool.TryParse(text, out var flag) ? flag : throw Expected(text, "true or false");
        if (type == typeof(int) && text == "unlimited") return int.MaxValue;
        if (type == typeof(int)) return int.TryParse(text, out var number) ? number : throw Expected(text, "a whole number");
        if (type == typeof(long)) return long.TryParse(text, out var number) ? number : throw Expected(text, "a whole number");
        if (type == typeof(double)) return ParseReal(text);
        if (type == typeof(TimeSpan)) return HoconUnits.ParseDuration(text);
        if (type == typeof(DeviceList)) return DeviceList.Parse(text);
        if (type == typeof(WarmUp)) return WarmUp.TryParse(text, out var warm) ? warm : throw Expected(text, "a share 0-1 or '10 epochs'");
        if (type.IsEnum) return ParseWord(type, text);
        throw new NotSupportedException($"values of {type}");
    }

    public static string Format(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        int.MaxValue => "unlimited",
        double real => real.ToString("R"),
        TimeSpan time => HoconUnits.FormatDuration(time),
        Enum word => WordOf(word.GetType(), word.ToString()),
        _ => value.ToString() ?? "",
    };

    /// <summary>What may be written for a type, for people: "sgd | lars | adamw", "number", …</summary>
    public static string Describe(Type type) =>
        type.IsEnum ? string.Join(" | ", Words(type))
        : type == typeof(bool) ? "true | false"
        : type == typeof(int) || type == typeof(long) ? "whole number"
        : type == typeof(double) ? "number"
        : type == typeof(TimeSpan) ? "duration"
        : type == typeof(DeviceList) ? "devices"
        : type == typeof(WarmUp) ? "share or epochs"
        : "text";

    /// <summary>What an enumeration's values are called.</summary>
    public static IEnumerable<string> Words(Type type) => Enum.GetNames(type).Select(name => WordOf(type, name));

    private static double ParseReal(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real)
            ? real
            : throw Expected(text, "a number");

    private static object ParseWord(Type type, string text)
    {
        var name = Enum.GetNames(type).FirstOrDefault(name => WordOf(type, name) == text);
        return name is not null ? Enum.Parse(type, name)
            : throw Expected(text, Spelling.Alternatives(Words(type)), Spelling.Nearest(text, Words(type)));
    }

    private static string WordOf(Type type, string name) =>
        type.GetField(name)!.GetCustomAttribute<WordAttribute>()?.Text ?? name.Replace("And", "+").ToLowerInvariant();

    private static FormatException Expected(string text, string what, string? nearest = null) =>
        new($"'{text}' is not {what}" + (nearest is null ? "" : $"; did you mean '{nearest}'?"));
}
