using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Kindred.Host.Chaos;

/// <summary>How a private broker and its port mapper are started, so that they share nothing with one of the system's.</summary>
internal sealed record BrokerSettings(string Folder, int Port, int DistributionPort, int PortMapperPort, PrivateNetwork? Network)
{
    public const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    /// <summary>Writes the files that the broker reads.</summary>
    /// <param name="port">Null: a free one.</param>
    /// <param name="network">Null: the machine's, on loopback.</param>
    /// <param name="more">Lines of rabbitmq.conf.</param>
    public static BrokerSettings Make(string folder, int? port, PrivateNetwork? network, string more)
    {
        var free = FreePorts(3);
        var settings = new BrokerSettings(Path.GetFullPath(folder), port ?? free[0], free[1], free[2], network);
        Directory.CreateDirectory(settings.Folder);
        File.WriteAllText(settings.In("enabled_plugins"), "[].");
        File.WriteAllText(settings.In("rabbitmq.conf"), "disk_free_limit.absolute = 1MB\nvm_memory_high_watermark.relative = 0.8\n" + more);
        return settings;
    }

    public ProcessStartInfo PortMapper() => Placed(new("epmd", ["-address", "127.0.0.1", "-port", $"{PortMapperPort}"])
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
    });

    public ProcessStartInfo Broker()
    {
        var start = new ProcessStartInfo(Program)
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var stray in start.Environment.Keys.Where(key => key.StartsWith("RABBITMQ_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(stray);
        foreach (var (key, value) in Environment())
            start.Environment[key] = value;
        return Placed(start);
    }

    private ProcessStartInfo Placed(ProcessStartInfo start) => Network is null ? start : Network.Inside(start);

    private Dictionary<string, string> Environment() => new(StringComparer.Ordinal)
    {
        ["HOME"] = Folder, // of the Erlang cookie
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["ERL_EPMD_PORT"] = $"{PortMapperPort}",
        ["RABBITMQ_NODENAME"] = "kindred@localhost",
        ["RABBITMQ_NODE_IP_ADDRESS"] = Network is null ? "127.0.0.1" : "0.0.0.0", // a private network has loopback only
        ["RABBITMQ_NODE_PORT"] = $"{Port}",
        ["RABBITMQ_DIST_PORT"] = $"{DistributionPort}",
        ["RABBITMQ_MNESIA_BASE"] = In("mnesia"),
        ["RABBITMQ_LOG_BASE"] = In("log"),
        ["RABBITMQ_LOGS"] = "-",
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = In("enabled_plugins"),
        ["RABBITMQ_CONFIG_FILE"] = In("rabbitmq"),
        ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
        ["RABBITMQ_ALLOW_INPUT"] = "1", // with -noinput below the script becomes the VM, so its pid is the VM's
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-noinput +sbwt none -kernel inet_dist_use_interface {127,0,0,1}",
    };

    private string In(string file) => Path.Combine(Folder, file);

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
