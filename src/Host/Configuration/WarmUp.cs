using System.Globalization;

namespace Kindred.Host.Configuration;

/// <summary>Length of the linear warm-up: a share of all steps, 0 … 1, or a number of epochs.</summary>
public readonly record struct WarmUp(double Amount, bool InEpochs)
{
    /// <summary>The share of a run of so many epochs that warms up, 0 … 1.</summary>
    public double Share(int epochs) => InEpochs ? Math.Min(1, Amount / epochs) : Amount;

    /// <summary>"0.05", or "10 epochs".</summary>
    public static bool TryParse(string text, out WarmUp value)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var inEpochs = words is [_, "epoch" or "epochs"];
        value = default;
        if (words.Length != (inEpochs ? 2 : 1)) return false;
        if (!double.TryParse(words[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var amount)) return false;
        value = new(amount, inEpochs);
        return amount >= 0 && (inEpochs ? double.IsFinite(amount) : amount <= 1);
    }

    public override string ToString() => InEpochs ? $"{Amount:R} epochs" : $"{Amount:R}";
}
