using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Kindred.Host.Chaos;

/// <summary>
/// A private RabbitMQ broker on loopback: own ports, own data folder, own port mapper (epmd), which starts before and ends after it.
/// Its user is RabbitMQ's own <c>guest</c>, whom the broker lets in from loopback only. It dies with this process.
/// </summary>
public sealed class BrokerProcess : IAsyncDisposable
{
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    /// <summary>What the broker says once clients can connect, about 4 to 8 s after its start.</summary>
    private const string Readiness = "Server startup complete";

    private const int LinesKept = 30;

    private readonly ChildProcesses children = new();
    private readonly Process portMapper;
    private readonly (int Amqp, int Distribution, int PortMapper) ports;
    private readonly string folder;
    private Process? broker;

    private BrokerProcess(string folder, int? port)
    {
        this.folder = Path.GetFullPath(folder);
        var free = FreePorts(3);
        ports = (port ?? free[0], free[1], free[2]);
        Directory.CreateDirectory(this.folder);
        File.WriteAllText(Path.Combine(this.folder, "enabled_plugins"), "[].");
        File.WriteAllText(Path.Combine(this.folder, "rabbitmq.conf"), "disk_free_limit.absolute = 1MB\nvm_memory_high_watermark.relative = 0.8\n");
        portMapper = children.Start(PortMapperStart());
    }

    public Uri Address => new($"amqp://127.0.0.1:{ports.Amqp}/");

    /// <summary>Of the Erlang machine itself: signals to it reach the broker. 0 while there is none.</summary>
    public int Pid => broker is { HasExited: false } ? broker.Id : 0;

    /// <summary>Whether this machine has RabbitMQ's package installed.</summary>
    public static bool IsInstalled => File.Exists(Program);

    /// <summary>Starts a broker and waits until clients can connect.</summary>
    /// <param name="folder">Its data; kept, for a later start to go on with.</param>
    /// <param name="port">Of AMQP, on loopback; null: a free one.</param>
    /// <exception cref="InvalidOperationException">RabbitMQ isn't installed, or the broker ended instead of starting; says its last lines.</exception>
    public static async Task<BrokerProcess> StartAsync(string folder, int? port = null, CancellationToken cancel = default)
    {
        if (!IsInstalled)
            throw new InvalidOperationException($"There is no {Program}: install the package rabbitmq-server.");
        var process = new BrokerProcess(folder, port);
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
        var started = broker = children.Start(BrokerStart());
        started.OutputDataReceived += (_, line) => Read(line.Data);
        started.ErrorDataReceived += (_, line) => Read(line.Data);
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        var exit = started.WaitForExitAsync(cancel);
        if (await Task.WhenAny(ready.Task, exit) == exit)
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

    private ProcessStartInfo PortMapperStart() => new("epmd", ["-address", "127.0.0.1", "-port", $"{ports.PortMapper}"])
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
    };

    private ProcessStartInfo BrokerStart()
    {
        var start = new ProcessStartInfo(Program)
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var stray in start.Environment.Keys.Where(key => key.StartsWith("RABBITMQ_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(stray);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = folder, // of the Erlang cookie
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["ERL_EPMD_PORT"] = $"{ports.PortMapper}",
            ["RABBITMQ_NODENAME"] = "kindred@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = $"{ports.Amqp}",
            ["RABBITMQ_DIST_PORT"] = $"{ports.Distribution}",
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "mnesia"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
            ["RABBITMQ_LOGS"] = "-",
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "enabled_plugins"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "rabbitmq"),
            ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
            ["RABBITMQ_ALLOW_INPUT"] = "1", // with -noinput below the script becomes the VM, so its pid is the VM's
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-noinput +sbwt none -kernel inet_dist_use_interface {127,0,0,1}",
        };
        foreach (var (key, value) in settings)
            start.Environment[key] = value;
        return start;
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        foreach (var listener in listeners)
            listener.Start();
        int[] free = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (var listener in listeners)
            listener.Dispose();
        return free;
    }
}
