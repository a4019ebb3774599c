using Kindred.Host.Progress;
using Microsoft.Extensions.Time.Testing;
using Spectre.Console;

namespace Kindred.Tests.Host;

public sealed class ProgressTests : IDisposable
{
    private static readonly ProgressUpdate Update = new(
        Step: 30, TotalSteps: 120, Epoch: 1, Epochs: 6, Loss: 4.8123, ImagesPerSecond: 1905.4, DataWaitShare: 0.021, Knn: null,
        FnPrecision: null, Workers: 2);

    private readonly FakeTimeProvider clock = new();
    private readonly StringWriter output = new();

    public void Dispose() => output.Dispose();

    [Fact]
    public async Task Without_a_terminal_there_are_lines_now_and_then_and_for_each_epoch()
    {
        await using (var progress = new PlainProgress(output, clock, TimeSpan.FromSeconds(5)))
        {
            for (var step = 1; step <= 12; step++)
            {
                var update = Update with { Step = step, TotalSteps = 12, Epoch = (step - 1) / 6, Loss = 6 - step / 10.0 };
                progress.Report(update with { Knn = step >= 6 ? 0.3 : null, FnPrecision = 0.25 });
                clock.Advance(TimeSpan.FromSeconds(2));
            }

            progress.Note("checkpoint at step 12");
        }

        Assert.Equal(
            """
            epoch 0  step 1/12  loss 5.900  1905 images/s  data wait 2 %  workers 2  left -
            epoch 0  step 4/12  loss 5.600  1905 images/s  data wait 2 %  workers 2  left 0:16
            epoch 0  to step 6  loss 5.400  detection precision 25.0 %
            epoch 1  step 7/12  loss 5.300  1905 images/s  data wait 2 %  workers 2  left 0:10
            epoch 1  step 10/12  loss 5.000  1905 images/s  data wait 2 %  workers 2  left 0:04
            checkpoint at step 12
            epoch 1  to step 12  loss 4.800  detection precision 25.0 %

            """, output.ToString());
    }

    [Fact]
    public void The_panel_shows_where_the_run_stands()
    {
        Console(ColorSystemSupport.NoColors)
            .Write(ProgressPanel.Render(Update with { Knn = 0.4, FnPrecision = 0.242 }, TimeSpan.FromSeconds(3723)));
        Assert.Equal(
            """
            run   ━━━━━━━━────────────────────── step 30 of 120, left 1:02:03
            epoch ━━━━━━━━━━━━━━━─────────────── epoch 1, 6 in all
            loss       4.812  kNN                  40.0 %
            images/s   1905   detection precision  24.2 %
            data wait  2 %    workers              2
            """.Trim(), string.Join('\n', output.ToString().TrimEnd().Split('\n').Select(line => line.TrimEnd())));
    }

    [Fact]
    public async Task A_terminal_gets_the_newest_state_and_no_colours_when_none_are_wanted()
    {
        await using (var progress = new LiveProgress(Console(ColorSystemSupport.NoColors), clock)) progress.Report(Update);
        Assert.Contains("step 30 of 120", output.ToString());
        Assert.DoesNotContain("\u001b[3", output.ToString());
    }

    [Fact]
    public async Task Output_that_is_no_terminal_gets_lines()
    {
        await using var progress = TrainingProgress.Create(output, clock, TimeSpan.FromSeconds(5), _ => "xterm");
        Assert.IsType<PlainProgress>(progress);
    }

    private IAnsiConsole Console(ColorSystemSupport colours)
    {
        var settings = new AnsiConsoleSettings { ColorSystem = colours, Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(output) };
        var console = AnsiConsole.Create(settings);
        console.Profile.Width = 100;
        return console;
    }
}
