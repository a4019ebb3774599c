using System.Diagnostics;
using Kindred.Host.Chaos;

namespace Kindred.Tests.Cluster;

public sealed class PrivateNetworkTests
{
    [Fact]
    public void What_is_cut_is_out_of_reach_until_it_is_mended()
    {
        var network = PrivateNetwork.TryCreate(nodes: 2);
        Assert.SkipWhen(network is null, "needs root, iproute2 and network namespaces");
        using (network)
        {
            Assert.Equal((true, true, true, true), Reached(network));
            network.Cut(Link.Broker, 2);
            Assert.Equal((true, false, true, true), Reached(network));
            network.Cut(Link.Bulk, 1);
            network.Mend(Link.Broker, 2);
            Assert.Equal((true, true, false, true), Reached(network));
            network.Mend(Link.Bulk, 1);
            network.Cut(Link.Broker | Link.Bulk, 1);
            Assert.Equal((false, true, false, true), Reached(network));
        }

        Assert.False(File.Exists($"/run/netns/kindred-{Environment.ProcessId}"));
    }

    private static (bool Broker1, bool Broker2, bool Bulk1, bool Bulk2) Reached(PrivateNetwork network) =>
        (Reaches(network, Link.Broker, 1), Reaches(network, Link.Broker, 2), Reaches(network, Link.Bulk, 1), Reaches(network, Link.Bulk, 2));

    /// <summary>Whether the kernel has a way for packets to the address.</summary>
    private static bool Reaches(PrivateNetwork network, Link link, int node)
    {
        var look = new ProcessStartInfo("ip", ["route", "get", PrivateNetwork.AddressOf(link, node)])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(network.Inside(look))!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
