using System.Diagnostics;
using System.Globalization;

namespace Kindred.Host.Chaos;

/// <summary>What of a node is cut off.</summary>
[Flags]
internal enum Link
{
    /// <summary>Its connection to the broker.</summary>
    Broker = 1,

    /// <summary>Others' pulls from it.</summary>
    Bulk = 2,
}

/// <summary>
/// A Linux network namespace with nothing but a loopback device. Node i reaches the broker at 127.1.0.i and offers its bundles at
/// 127.2.0.i; a packet to an address that is cut is lost, in both directions, and connections stay open, as when a switch fails.
/// </summary>
internal sealed class PrivateNetwork : IDisposable
{
    private const string Prefix = "kindred-";
    private readonly string name = $"{Prefix}{Environment.ProcessId}";

    private PrivateNetwork()
    {
    }

    /// <summary>Null where this machine or user can't have one: that takes root and the package iproute2.</summary>
    public static PrivateNetwork? TryCreate(int nodes)
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists("/sbin/ip"))
            return null;
        var network = new PrivateNetwork();
        foreach (var left in Directory.Exists("/run/netns") ? Directory.GetFiles("/run/netns", $"{Prefix}*") : [])
            if (left.EndsWith(network.name, StringComparison.Ordinal) || !Directory.Exists($"/proc/{Path.GetFileName(left)[Prefix.Length..]}"))
                Ip("netns", "del", Path.GetFileName(left)); // of a chaos that was killed
        if (!Ip("netns", "add", network.name))
            return null;
        // Rules of cuts stand before the table of local addresses.
        var works = network.Inside("link", "set", "lo", "up") && network.Inside("rule", "add", "pref", "100", "lookup", "local")
            && network.Inside("rule", "del", "pref", "0");
        for (var node = 1; works && node <= nodes; node++)
            works = network.Inside("addr", "add", $"{AddressOf(Link.Broker, node)}/32", "dev", "lo")
                && network.Inside("addr", "add", $"{AddressOf(Link.Bulk, node)}/32", "dev", "lo");
        if (works)
            return network;
        network.Dispose();
        return null;
    }

    /// <summary>Starts in this network what would start in the machine's.</summary>
    public ProcessStartInfo Inside(ProcessStartInfo start)
    {
        string[] command = ["netns", "exec", name, start.FileName, .. start.ArgumentList];
        start.FileName = "/sbin/ip";
        start.ArgumentList.Clear();
        foreach (var word in command)
            start.ArgumentList.Add(word);
        return start;
    }

    public static string AddressOf(Link link, int node) => string.Create(CultureInfo.InvariantCulture, $"127.{(int)link}.0.{node}");

    public void Cut(Link links, int node) => Change("add", links, node);

    public void Mend(Link links, int node) => Change("del", links, node);

    public void Dispose() => Ip("netns", "del", name);

    private void Change(string verb, Link links, int node)
    {
        foreach (var link in (Link[])[Link.Broker, Link.Bulk])
            if (links.HasFlag(link) && !Inside("rule", verb, "pref", "10", "to", AddressOf(link, node), "blackhole"))
                throw new InvalidOperationException($"ip rule {verb} failed in the network namespace {name}");
    }

    private bool Inside(params string[] arguments) => Ip(["-n", name, .. arguments]);

    private static bool Ip(params string[] arguments)
    {
        using var ip = Process.Start(new ProcessStartInfo("/sbin/ip", arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        ip.WaitForExit();
        return ip.ExitCode == 0;
    }
}
