using System.Collections.Concurrent;
using System.Diagnostics;

namespace Kindred.Host.Chaos;

/// <summary>
/// A private RabbitMQ broker on loopback: own ports, own data folder, own port mapper (epmd), which starts before and ends after it.
/// Its user is RabbitMQ's own <c>guest</c>, whom the broker lets in from loopback only. It dies with this process.
/// </summary>
public sealed class BrokerProcess : IAsyncDisposable
{
    /// <summary>What the broker says once clients can connect, about 4 to 8 s after its start.</summary>
    private const string Readiness = "Server startup complete";

    private const int LinesKept = 30;

    private static readonly TimeSpan StartsWithin = TimeSpan.FromMinutes(2);

    private readonly ChildProcesses children = new();
    private readonly Process portMapper;
    private readonly BrokerSettings settings;
    private Process? broker;

    private BrokerProcess(string folder, int? port, PrivateNetwork? network, string configuration)
    {
        settings = BrokerSettings.Make(folder, port, network, configuration);
        portMapper = children.Start(settings.PortMapper());
    }

    public Uri Address => AddressAt("127.0.0.1");

    /// <summary>At another of its machine's loopback addresses.</summary>
    public Uri AddressAt(string host) => new($"amqp://{host}:{settings.Port}/");

    /// <summary>Of the Erlang machine itself: signals to it reach the broker. 0 while there is none.</summary>
    public int Pid => broker is { HasExited: false } ? broker.Id : 0;

    /// <summary>Whether this machine has RabbitMQ's package installed.</summary>
    public static bool IsInstalled => File.Exists(BrokerSettings.Program);

    /// <summary>Starts a broker and waits until clients can connect.</summary>
    /// <param name="folder">Its data; kept, for a later start to go on with.</param>
    /// <param name="port">Of AMQP, on loopback; null: a free one.</param>
    /// <param name="configuration">Further lines of rabbitmq.conf.</param>
    /// <exception cref="InvalidOperationException">RabbitMQ isn't installed, or the broker ended instead of starting; says its last lines.</exception>
    public static Task<BrokerProcess> StartAsync(string folder, int? port = null, string configuration = "", CancellationToken cancel = default) =>
        StartAsync(folder, port, null, configuration, cancel);

    internal static async Task<BrokerProcess> StartAsync(string folder, int? port, PrivateNetwork? network, string configuration, CancellationToken cancel)
    {
        if (!IsInstalled)
            throw new InvalidOperationException($"There is no {BrokerSettings.Program}: install the package rabbitmq-server.");
        var process = new BrokerProcess(folder, port, network, configuration);
        try
        {
            await process.StartAgainAsync(cancel);
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it after <see cref="Kill"/> or <see cref="StopAsync"/>, on the same ports and data.</summary>
    public async Task StartAgainAsync(CancellationToken cancel = default)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var last = new ConcurrentQueue<string>();
        void Read(string? line)
        {
            if (line is null)
                return;
            last.Enqueue(line);
            if (last.Count > LinesKept)
                last.TryDequeue(out _);
            if (line.Contains(Readiness, StringComparison.Ordinal))
                ready.TrySetResult();
        }

        broker?.Dispose();
        var started = broker = children.Start(settings.Broker());
        started.OutputDataReceived += (_, line) => Read(line.Data);
        started.ErrorDataReceived += (_, line) => Read(line.Data);
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        var exit = started.WaitForExitAsync(cancel);
        if (await Task.WhenAny(ready.Task, exit).WaitAsync(StartsWithin, cancel) == exit)
        {
            await exit;
            throw new InvalidOperationException($"The broker ended with {started.ExitCode} instead of starting:\n{string.Join('\n', last)}");
        }
    }

    /// <summary>kill -9: it loses all that it holds in memory. Returns when it is gone.</summary>
    public void Kill()
    {
        broker!.Kill();
        broker.WaitForExit();
    }

    /// <summary>Lets it end in order; kills it if it takes longer than 10 s.</summary>
    public async Task StopAsync()
    {
        if (Pid == 0)
            return;
        Process.Start("kill", ["-TERM", $"{Pid}"]).Dispose();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await broker!.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Pid != 0)
            Kill();
    }

    /// <summary>Kills the broker, then its port mapper.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Pid != 0)
            Kill();
        broker?.Dispose();
        portMapper.Kill();
        await portMapper.WaitForExitAsync();
        portMapper.Dispose();
        children.Dispose();
    }
}
