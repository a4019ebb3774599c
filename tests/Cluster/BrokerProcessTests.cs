namespace Kindred.Tests.Cluster;

[Collection(BrokerTests.Name)]
public sealed class BrokerProcessTests(TestBroker broker)
{
    [Fact]
    public void Its_process_is_the_Erlang_machine_and_listens_on_loopback_only()
    {
        var pid = broker.Process.Pid;
        Assert.Equal("beam.smp", File.ReadAllText($"/proc/{pid}/comm").Trim());
        var sockets = Directory.GetFiles($"/proc/{pid}/fd").Select(fd => File.ResolveLinkTarget(fd, returnFinalTarget: false)?.Name ?? "").ToHashSet();
        var listening = new[] { "/proc/net/tcp", "/proc/net/tcp6" }.SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(row => row is [_, _, _, "0A", ..] && sockets.Contains($"socket:[{row[9]}]"))
            .Select(row => row[1].Split(':')).ToList();
        Assert.Equal(2, listening.Count); // AMQP and Erlang's distribution
        Assert.All(listening, address => Assert.Equal("0100007F", address[0]));
        Assert.Contains(broker.Process.Address.Port, listening.Select(address => Convert.ToInt32(address[1], 16)));
    }
}
