using Spectre.Console;
using Spectre.Console.Rendering;

namespace Kindred.Host.Progress;

/// <summary>What the terminal shows of a run.</summary>
internal static class ProgressPanel
{
    public static IRenderable Render(ProgressUpdate update, TimeSpan? left)
    {
        var grid = new Grid().AddColumns(4);
        grid.AddRow("loss", $"{update.Loss:F3}", "kNN", Share(update.Knn));
        grid.AddRow("images/s", $"{update.ImagesPerSecond:F0}", "detection precision", Share(update.FnPrecision));
        grid.AddRow("data wait", $"{update.DataWaitShare:P0}", "workers", $"{update.Workers}");
        return new Rows(
            Bar("run", (double)update.Step / update.TotalSteps, $"step {update.Step} of {update.TotalSteps}, left {TimeLeft.Format(left)}"),
            Bar("epoch", EpochShare(update), $"epoch {update.Epoch}, {update.Epochs} in all"),
            grid);
    }

    /// <summary>Share of the present epoch that is done: epochs have equally many steps.</summary>
    private static double EpochShare(ProgressUpdate update) =>
        Math.Clamp((double)update.Step * update.Epochs / update.TotalSteps - update.Epoch, 0, 1);

    private static Markup Bar(string name, double share, string text)
    {
        const int Width = 30;
        var filled = (int)Math.Round(Math.Clamp(share, 0, 1) * Width);
        return new($"{name,-6}[green]{new string('━', filled)}[/][grey]{new string('─', Width - filled)}[/] {text}");
    }

    private static string Share(double? value) => value is { } share ? $"{share:P1}" : "-";
}
