using System.Security.Authentication;
using System.Threading.Channels;
using Kindred.Actors.Bulk;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client.Exceptions;

namespace Kindred.Actors.Engines.RabbitMq;

/// <summary>
/// The connection to the broker, opened again whenever it ends, with messages that wait for it. Each time it has a new address,
/// so that nothing depends on how fast the broker notices that the old one is gone.
/// </summary>
internal sealed class BrokerLink : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.1), LongestPause = TimeSpan.FromSeconds(1), Flush = TimeSpan.FromSeconds(2);

    /// <summary>AMQP's reply code.</summary>
    private const int NotAllowed = 530;

    private readonly RabbitOptions options;
    private readonly string name;
    private readonly IBrokerEvents events;
    private readonly ILogger log;
    private readonly Channel<(string Address, byte[] Message)> outbox;
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] farewell;
    private Task running = Task.CompletedTask;
    private volatile BrokerSession? session;

    /// <param name="name">Of this node: begins its addresses.</param>
    /// <param name="farewell">The notice for all when nothing more will be sent.</param>
    public BrokerLink(RabbitOptions options, string name, IBrokerEvents events, byte[] farewell, ILogger log)
    {
        (this.options, this.name, this.events, this.farewell, this.log) = (options, name, events, farewell, log);
        outbox = Channel.CreateBounded<(string, byte[])>(new BoundedChannelOptions(options.OutboxLength) { SingleReader = true, AllowSynchronousContinuations = true });
    }

    /// <summary>The open connection, if there is one that carries.</summary>
    public BrokerSession? Session => session is { IsBlocked: false } open && !open.Ended.IsCompleted ? open : null;

    /// <summary>Completes when the first connection is open; fails where no retry mends it.</summary>
    public Task Opened => opened.Task;

    public void Start() => running = RunAsync();

    /// <summary>In order, once; false when too many wait already.</summary>
    public bool TrySend(string address, byte[] message) => outbox.Writer.TryWrite((address, message));

    /// <summary>Sends what waits, if that goes quickly, and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        outbox.Writer.TryComplete();
        stop.CancelAfter(Session is null ? TimeSpan.Zero : Flush);
        await running;
        stop.Dispose();
    }

    private async Task RunAsync()
    {
        var pause = FirstPause;
        for (var number = 1; !stop.IsCancellationRequested; number++)
        {
            try
            {
                await using var open = await BrokerSession.OpenAsync(options, $"{options.Cluster}.{name}.{number}", events, log, stop.Token);
                session = open;
                RabbitLog.Connected(log, options.Broker, open.Address);
                opened.TrySetResult();
                pause = FirstPause;
                if (await PumpAsync(open))
                    return;
                RabbitLog.Disconnected(log, options.Broker, await open.Ended);
            }
            catch (Exception failure) when (!opened.Task.IsCompleted && Refusal(failure) is { } refusal)
            {
                opened.TrySetException(refusal);
                return;
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !stop.IsCancellationRequested)
            {
                RabbitLog.Unreachable(log, options.Broker, (failure.InnerException ?? failure).Message, pause.TotalSeconds);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            await Task.Delay(pause, options.Clock, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        opened.TrySetCanceled();
    }

    /// <summary>True when all is sent and nothing more will be; false when the connection has ended.</summary>
    private async Task<bool> PumpAsync(BrokerSession open)
    {
        var reader = outbox.Reader;
        while (!open.Ended.IsCompleted && !stop.IsCancellationRequested)
        {
            while (!open.Ended.IsCompleted && reader.TryRead(out var next))
                await open.SendAsync(next.Address, next.Message, stop.Token);
            if (!reader.TryPeek(out _))
            {
                var more = reader.WaitToReadAsync(stop.Token).AsTask();
                if (await Task.WhenAny(more, open.Ended) == more && !await more)
                {
                    await open.TellAllAsync(farewell, stop.Token);
                    return true;
                }
            }
        }

        return stop.IsCancellationRequested;
    }

    /// <returns>Null: it may go when tried again.</returns>
    private LinkException? Refusal(Exception? failure) => failure switch
    {
        LinkException refusal => refusal,
        AuthenticationFailureException => new LinkException(
            $"cluster.user, cluster.password: the broker {options.Broker} refuses the user {options.User} with this password; give those that it knows", failure),
        OperationInterruptedException { ShutdownReason.ReplyCode: NotAllowed } => new LinkException(
            $"cluster.broker={options.Broker}: it has no such virtual host, or {options.User} may not use it ({failure.Message})", failure),
        AuthenticationException => new LinkException(
            $"cluster.broker={options.Broker}: no TLS ({failure.Message.TrimEnd('.')}); its certificate must be made out to {options.Broker.Host}, by "
            + (options.CertificateAuthority is { } file ? $"cluster.tls.authority={file}" : "an authority that this machine trusts or cluster.tls.authority=FILE"),
            failure),
        AggregateException several => several.InnerExceptions.Select(Refusal).FirstOrDefault(refusal => refusal is not null),
        BrokerUnreachableException => Refusal(failure.InnerException),
        _ => null,
    };
}
