namespace Kindred.Host.Cluster;

/// <summary>Looks into the run's folder again and again. What can't be read is worth one warning a spell: a network file system may come back.</summary>
internal static class Watch
{
    public static async Task RunAsync(TimeSpan period, Action look, Action<string> warn, TimeProvider clock, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(period, clock);
        var warned = false;
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                try
                {
                    look();
                    warned = false;
                }
                catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
                {
                    if (!warned)
                        warn($"{unreadable.Message.TrimEnd('.')}; looked for again");
                    warned = true;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }
}
