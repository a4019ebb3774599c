using System.Reflection;

namespace Kindred.Host.Configuration;

/// <summary>One key of the configuration: a property of one of the records in <see cref="Settings"/>.</summary>
public sealed class Key
{
    private readonly PropertyInfo part, property;
    private readonly KeyAttribute about;

    internal Key(PropertyInfo part, PropertyInfo property, KeyAttribute about)
    {
        (this.part, this.property, this.about) = (part, property, about);
        Group = part.PropertyType.GetCustomAttribute<GroupAttribute>()?.Title ?? part.Name;
        Type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
    }

    public string Name => about.Name;
    public string Help => about.Help;
    public string Group { get; }
    public Type Type { get; }
    public bool Resumable => about.Resumable;
    public bool OfNode => about.OfNode;

    /// <summary>The default, for people: a value, or how it is derived; "-" where there is none.</summary>
    public string Default => about.Derived.Length > 0 ? about.Derived : Get(new Settings()) is { } value ? ValueText.Format(value) : "-";

    public bool IsDerived => about.Derived.Length > 0;

    public object? Get(Settings settings) => property.GetValue(part.GetValue(settings));

    /// <summary>For a <paramref name="settings"/> that is still being made.</summary>
    internal void Set(Settings settings, object? value) => property.SetValue(part.GetValue(settings), value);

    /// <returns>null for an empty text where the key may be left out.</returns>
    /// <exception cref="FormatException">The text is no value of this key.</exception>
    public object? Parse(string text)
    {
        if (text.Length == 0) return Optional ? null : throw new FormatException("a value is missing");
        var value = ValueText.Parse(Type, text);
        if (value is TimeSpan time) CheckRange(text, time.TotalSeconds);
        if (value is int or long or double) CheckRange(text, Convert.ToDouble(value));
        return value;
    }

    /// <summary>The allowed values, for people.</summary>
    public string Range
    {
        get
        {
            var low = !double.IsNaN(about.Min) ? $">= {about.Min}" : !double.IsNaN(about.Above) ? $"> {about.Above}" : "";
            var high = !double.IsNaN(about.Max) ? $"<= {about.Max}" : !double.IsNaN(about.Below) ? $"< {about.Below}" : "";
            return string.Join(", ", new[] { ValueText.Describe(Type), low, high }.Where(text => text.Length > 0));
        }
    }

    private bool Optional => Nullable.GetUnderlyingType(property.PropertyType) is not null
        || new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;

    private void CheckRange(string text, double value)
    {
        if (value < about.Min) throw new FormatException($"{text} is too small: at least {about.Min}");
        if (value <= about.Above) throw new FormatException($"{text} is too small: it must be greater than {about.Above}");
        if (value > about.Max) throw new FormatException($"{text} is too large: at most {about.Max}");
        if (value >= about.Below) throw new FormatException($"{text} is too large: it must be less than {about.Below}");
    }
}
