using System.Net;
using System.Net.Sockets;

namespace Kindred.Tests.Bulk;

/// <summary>Stands between puller and owner, and harms what the owner sends.</summary>
internal sealed class FaultyProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource closing = new();
    private readonly Uri owner;
    private readonly Func<int, int, Fault> harm;
    private readonly List<Task> running = [];
    private int connections;

    /// <param name="harm">From the number of the connection, from 1, and that of its byte: what befalls the byte.</param>
    public FaultyProxy(string owner, Func<int, int, Fault> harm)
    {
        (this.owner, this.harm) = (new Uri(owner), harm);
        listener.Start();
        running.Add(Accept());
    }

    public string Address => $"http://{listener.LocalEndpoint}";

    public int Connections => connections;

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        listener.Stop();
        Task[] left;
        lock (running)
            left = [.. running];
        foreach (var task in left)
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        closing.Dispose();
    }

    private async Task Accept()
    {
        while (true)
        {
            var near = await listener.AcceptTcpClientAsync(closing.Token);
            var number = Interlocked.Increment(ref connections);
            var serving = Serve(near, number);
            lock (running)
                running.Add(serving);
        }
    }

    private async Task Serve(TcpClient near, int number)
    {
        using var _ = near;
        using var far = new TcpClient();
        await far.ConnectAsync(owner.Host, owner.Port, closing.Token);
        var asked = near.GetStream().CopyToAsync(far.GetStream(), closing.Token);
        await Answer(far.GetStream(), near.GetStream(), number);
        near.Close();
        far.Close();
        await asked.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task Answer(NetworkStream from, NetworkStream to, int number)
    {
        var buffer = new byte[65536];
        for (var passed = 0; await from.ReadAsync(buffer, closing.Token) is var count and > 0; passed += count)
        {
            for (var i = 0; i < count; i++)
            {
                var fault = harm(number, passed + i);
                if (fault == Fault.Flip)
                    buffer[i] ^= 16;
                else if (fault != Fault.None)
                    await to.WriteAsync(buffer.AsMemory(0, i), closing.Token);
                if (fault == Fault.Cut)
                    return;
                if (fault == Fault.Pause)
                    await Task.Delay(Timeout.Infinite, closing.Token);
            }

            await to.WriteAsync(buffer.AsMemory(0, count), closing.Token);
        }
    }
}

public enum Fault
{
    None,
    Flip,

    /// <summary>The connection ends before this byte.</summary>
    Cut,

    /// <summary>The byte doesn't come.</summary>
    Pause,
}
