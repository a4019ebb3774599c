using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Kindred.Actors.Engines.RabbitMq;

/// <summary>Whoever is told what comes over the connection. Bytes are valid during the call only; calls are quick and don't throw.</summary>
internal interface IBrokerEvents
{
    void Delivered(ReadOnlySpan<byte> message);

    void Noticed(ReadOnlySpan<byte> notice);

    /// <summary>Nobody has that queue.</summary>
    void Returned(string queue, ReadOnlySpan<byte> message);

    /// <summary>The same of a probe of the node whose messages would go to that queue.</summary>
    void ProbeReturned(string queue);
}

/// <summary>
/// One connection from its opening to its end, with this node's queues, which are its own (exclusive), so that they end with it: one for
/// messages, one for notices, and one that keeps nothing and that nobody reads, which others probe to see that it is there.
/// Messages and notices have a channel each: notices don't wait behind messages.
/// </summary>
internal sealed class BrokerSession : IAsyncDisposable
{
    private const string NoticeSuffix = ".notices", ProbeSuffix = ".probes";

    /// <summary>Milliseconds after which a notice is worthless.</summary>
    private const int NoticeLife = 2_000;

    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(2);

    private const int NoticeQueueLength = 4_096;

    private static readonly BasicProperties NoProperties = new();

    private readonly TaskCompletionSource<string> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IConnection connection;
    private readonly IChannel messages, notices;
    private readonly RabbitOptions options;

    private BrokerSession(IConnection connection, IChannel messages, IChannel notices, RabbitOptions options, string address, ILogger log)
    {
        (this.connection, this.messages, this.notices, this.options, Address) = (connection, messages, notices, options, address);
        connection.ConnectionShutdownAsync += (_, why) => End(why.ReplyText);
        messages.ChannelShutdownAsync += (_, why) => End(why.ReplyText);
        notices.ChannelShutdownAsync += (_, why) => End(why.ReplyText);
        connection.CallbackExceptionAsync += (_, failed) => Warn(log, failed);
        messages.CallbackExceptionAsync += (_, failed) => Warn(log, failed);
        notices.CallbackExceptionAsync += (_, failed) => Warn(log, failed);
        connection.ConnectionBlockedAsync += (_, _) => Block(true);
        connection.ConnectionUnblockedAsync += (_, _) => Block(false);
    }

    /// <summary>The queue of messages to this node.</summary>
    public string Address { get; }

    /// <summary>Completes with the reason.</summary>
    public Task<string> Ended => ended.Task;

    /// <summary>The broker takes nothing at present: it is short of memory or disk.</summary>
    public bool IsBlocked { get; private set; }

    private string Exchange => $"{options.Cluster}.notices";

    public static async Task<BrokerSession> OpenAsync(RabbitOptions options, string address, IBrokerEvents events, ILogger log, CancellationToken cancel)
    {
        var opened = await options.Factory().CreateConnectionAsync(cancel);
        try
        {
            var session = new BrokerSession(
                opened, await opened.CreateChannelAsync(cancellationToken: cancel), await opened.CreateChannelAsync(cancellationToken: cancel), options, address,
                log);
            await session.DeclareAsync(events, cancel);
            return session;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends to one node, in order. Bytes may be used again after the call has returned.</summary>
    /// <param name="cancel">For while the broker takes nothing.</param>
    public ValueTask SendAsync(string address, ReadOnlyMemory<byte> message, CancellationToken cancel) =>
        messages.BasicPublishAsync("", address, true, NoProperties, message, cancel);

    /// <summary>Tells all nodes, this one among them.</summary>
    public ValueTask TellAllAsync(ReadOnlyMemory<byte> notice, CancellationToken cancel = default) =>
        notices.BasicPublishAsync(Exchange, "", false, NoProperties, notice, cancel);

    /// <summary>Comes back as <see cref="IBrokerEvents.ProbeReturned"/> if that node's connection has ended; else that node isn't even woken.</summary>
    public ValueTask ProbeAsync(string address) => notices.BasicPublishAsync("", address + ProbeSuffix, true, NoProperties, ReadOnlyMemory<byte>.Empty);

    public async ValueTask DisposeAsync()
    {
        await End("closed by this node");
        await connection.AbortAsync(CloseTime);
        await connection.DisposeAsync();
    }

    private async Task DeclareAsync(IBrokerEvents events, CancellationToken cancel)
    {
        var bounded = new Dictionary<string, object?> { ["x-max-length"] = options.QueueLength };
        await messages.QueueDeclareAsync(Address, durable: false, exclusive: true, autoDelete: false, bounded, cancellationToken: cancel);
        messages.BasicReturnAsync += (_, back) => Returned(events, back);
        notices.BasicReturnAsync += (_, back) => Returned(events, back);
        await messages.BasicConsumeAsync(
            Address, true, "", false, true, null, new Consumer(this, messages, body => events.Delivered(body.Span)), cancel);

        var fleeting = new Dictionary<string, object?> { ["x-max-length"] = NoticeQueueLength, ["x-message-ttl"] = NoticeLife };
        var own = Address + NoticeSuffix;
        await notices.ExchangeDeclareAsync(Exchange, ExchangeType.Fanout, durable: false, autoDelete: true, cancellationToken: cancel);
        await notices.QueueDeclareAsync(own, durable: false, exclusive: true, autoDelete: false, fleeting, cancellationToken: cancel);
        await notices.QueueBindAsync(own, Exchange, "", cancellationToken: cancel);
        await notices.QueueDeclareAsync(
            Address + ProbeSuffix, durable: false, exclusive: true, autoDelete: false, new Dictionary<string, object?> { ["x-max-length"] = 0 },
            cancellationToken: cancel);
        await notices.BasicConsumeAsync(own, true, "", false, true, null, new Consumer(this, notices, body => events.Noticed(body.Span)), cancel);
    }

    private Task Returned(IBrokerEvents events, BasicReturnEventArgs back)
    {
        var queue = back.RoutingKey;
        if (Ended.IsCompleted)
            return Task.CompletedTask;
        if (queue.EndsWith(ProbeSuffix, StringComparison.Ordinal))
            events.ProbeReturned(queue[..^ProbeSuffix.Length]);
        else
            events.Returned(queue, back.Body.Span);
        return Task.CompletedTask;
    }

    private static Task Warn(ILogger log, CallbackExceptionEventArgs failed)
    {
        RabbitLog.HandlerFailed(log, failed.Exception);
        return Task.CompletedTask;
    }

    private Task End(string why)
    {
        ended.TrySetResult(why);
        return Task.CompletedTask;
    }

    private Task Block(bool blocked)
    {
        IsBlocked = blocked;
        return Task.CompletedTask;
    }

    private sealed class Consumer(BrokerSession session, IChannel channel, Action<ReadOnlyMemory<byte>> take) : AsyncDefaultBasicConsumer(channel)
    {
        public override Task HandleBasicDeliverAsync(
            string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey, IReadOnlyBasicProperties properties,
            ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
        {
            if (!session.Ended.IsCompleted) // what an ended connection still has is never mixed with what the next one brings
                take(body);
            return Task.CompletedTask;
        }

        public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default) =>
            session.End("the broker took the queue away");
    }
}
