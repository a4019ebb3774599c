using System.Threading.Channels;
using Spectre.Console;

namespace Kindred.Host.Progress;

/// <summary>Progress as a panel that is drawn again in place, on a terminal.</summary>
public sealed class LiveProgress : ITrainingProgress
{
    private readonly IAnsiConsole console;
    private readonly TimeLeft timeLeft;
    private readonly Channel<(ProgressUpdate Update, TimeSpan? Left)> newest =
        Channel.CreateBounded<(ProgressUpdate, TimeSpan?)>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Task drawing;

    public LiveProgress(IAnsiConsole console, TimeProvider clock)
    {
        (this.console, timeLeft) = (console, new(clock));
        drawing = Task.Run(DrawAsync);
    }

    public void Report(ProgressUpdate update) => newest.Writer.TryWrite((update, timeLeft.After(update)));

    public void Note(string line) => console.WriteLine(line);

    public async ValueTask DisposeAsync()
    {
        newest.Writer.TryComplete();
        await drawing;
    }

    private Task DrawAsync() => console.Live(new Text("waiting for the first step")).StartAsync(async live =>
    {
        await foreach (var (update, left) in newest.Reader.ReadAllAsync()) live.UpdateTarget(ProgressPanel.Render(update, left));
    });
}
