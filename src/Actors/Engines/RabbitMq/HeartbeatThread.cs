#pragma warning disable RS0030 // Heartbeats don't wait for a busy thread pool: their thread is the engine's own.
using Kindred.Actors.Engines.RabbitMq.Wire;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client.Exceptions;

namespace Kindred.Actors.Engines.RabbitMq;

/// <summary>Says each period that this node lives, and looks who else does.</summary>
internal sealed class HeartbeatThread : IDisposable
{
    /// <summary>Periods between two repetitions of all watches.</summary>
    private const int RepeatWatches = 4;

    private readonly ManualResetEventSlim stop = new();
    private readonly AutoResetEvent wake = new(false);
    private readonly BrokerLink link;
    private readonly RabbitCluster cluster;
    private readonly Remoting remoting;
    private readonly TimeSpan period;
    private readonly ILogger log;
    private readonly Thread thread;
    private Task sent = Task.CompletedTask;

    public HeartbeatThread(BrokerLink link, RabbitCluster cluster, Remoting remoting, TimeSpan period, ILogger log)
    {
        (this.link, this.cluster, this.remoting, this.period, this.log) = (link, cluster, remoting, period, log);
        thread = new Thread(Run) { Name = "heartbeats", IsBackground = true, Priority = ThreadPriority.AboveNormal };
        thread.UnsafeStart();
    }

    /// <summary>Beats at once.</summary>
    public void Wake() => wake.Set();

    public void Dispose()
    {
        stop.Set();
        wake.Set();
        thread.Join();
        stop.Dispose();
        wake.Dispose();
    }

    private void Run()
    {
        for (var number = 0; !stop.IsSet; number++)
        {
            var session = link.Session;
            var (notices, probed) = cluster.Tick(session);
            if (session is not null && sent.IsCompleted) // else the connection doesn't carry what it has already
                sent = SendAsync(session, notices, probed);
            if (number % RepeatWatches == 0)
                remoting.RepeatWatches();
            wake.WaitOne(period);
        }
    }

    private async Task SendAsync(BrokerSession session, IReadOnlyList<Notice> notices, IReadOnlyList<string> probed)
    {
        try
        {
            foreach (var notice in notices)
                await session.TellAllAsync(WireHeader.Frame(notice));
            foreach (var address in probed)
                await session.ProbeAsync(address);
        }
        catch (Exception failure)
        {
            if (!session.Ended.IsCompleted && failure is not AlreadyClosedException) // else the link says so, and goes on with another one
                RabbitLog.HeartbeatFailed(log, failure);
        }
    }
}
