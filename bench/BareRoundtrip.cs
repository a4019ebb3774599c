using System.Diagnostics;
using RabbitMQ.Client;

namespace Kindred.Bench;

/// <summary>
/// A queue of this process at the broker and RabbitMQ.Client, nothing else: what a round trip takes at least. What comes to the queue
/// is sent back, or ends a <see cref="PingAsync"/>.
/// </summary>
internal sealed class BareRoundtrip : IAsyncDisposable
{
    private static readonly BasicProperties NoProperties = new();
    private readonly IConnection connection;
    private readonly IChannel channel;
    private readonly string peer;
    private readonly byte[] message = new byte[ControlRoundtrip.Bytes];
    private TaskCompletionSource<double[]>? done;
    private List<double> milliseconds = [];
    private int left;
    private long sent;

    private BareRoundtrip(IConnection connection, IChannel channel, string peer) =>
        (this.connection, this.channel, this.peer) = (connection, channel, peer);

    public static async Task<BareRoundtrip> OpenAsync(Uri broker, string own, string peer)
    {
        var link = await new ConnectionFactory { Uri = broker, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
        var opened = new BareRoundtrip(link, await link.CreateChannelAsync(), peer);
        await opened.channel.QueueDeclareAsync(own, durable: false, exclusive: true, autoDelete: false);
        await opened.channel.BasicConsumeAsync(own, autoAck: true, new Consumer(opened));
        return opened;
    }

    /// <summary>Milliseconds of so many round trips, one after the other, to a peer that isn't in one itself.</summary>
    public async Task<double[]> PingAsync(int count)
    {
        (done, milliseconds, left) = (new(TaskCreationOptions.RunContinuationsAsynchronously), new(count), count);
        await SendAsync();
        return await done.Task;
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private ValueTask SendAsync()
    {
        sent = Stopwatch.GetTimestamp();
        return channel.BasicPublishAsync("", peer, mandatory: true, NoProperties, message);
    }

    private async Task TakeAsync()
    {
        if (left > 0)
        {
            milliseconds.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            if (--left == 0)
            {
                done!.SetResult([.. milliseconds]);
                return;
            }
        }

        await SendAsync();
    }

    private sealed class Consumer(BareRoundtrip owner) : AsyncDefaultBasicConsumer(owner.channel)
    {
        public override Task HandleBasicDeliverAsync(
            string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey, IReadOnlyBasicProperties properties,
            ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default) => owner.TakeAsync();
    }
}
