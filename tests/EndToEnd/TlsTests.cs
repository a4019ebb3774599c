using System.Net;
using System.Net.Sockets;
using Kindred.Actors.Bulk;
using Kindred.Host.Chaos;
using Kindred.Tests.Bulk;
using Kindred.Tests.Cluster;

namespace Kindred.Tests.EndToEnd;

/// <summary>As docs/cluster sets several machines up: a broker with TLS and a user of its own, nodes that listen beyond loopback.</summary>
[Collection(BrokerTests.Name)]
public sealed class TlsTests : IAsyncLifetime
{
    private const string User = "kindred", Password = "open sesame";
    private const string Train =
        "data.path=cifar model=resnet8 batch=16 epochs=2 eval.every=0 shards=2 threads=1 precision=fp32 progress.every=1ms";

    private readonly Workplace work = new();
    private readonly int port = FreePort();
    private BulkTls tls = null!;
    private BrokerProcess broker = null!;

    public async ValueTask InitializeAsync()
    {
        tls = Certificates.Write(work.Folder, "authority");
        File.WriteAllText(work["password"], Password + "\n");
        broker = await BrokerProcess.StartAsync(work["broker"], configuration: $"""
            listeners.ssl.1 = 127.0.0.1:{port}
            ssl_options.certfile = {tls.Certificate}
            ssl_options.keyfile = {tls.Key}
            default_user = {User}
            default_pass = {Password}

            """);
    }

    public async ValueTask DisposeAsync()
    {
        await broker.DisposeAsync();
        work.Dispose();
    }

    [Fact]
    public void A_run_over_TLS_has_the_bits_of_one_process()
    {
        using var a = work.Start(Node("a", "coordinator,data,keeper"));
        using var b = work.Start(Node("b", "worker"));
        a.End().Succeeds();
        b.End().Succeeds();
        work.Run($"train {Train} devices=cpu run=one").Succeeds();
        Assert.Equal(work.State("one"), work.State("r"));
    }

    [Fact]
    public void A_broker_of_another_authority_and_a_wrong_password_are_refused()
    {
        var other = Certificates.Write(work.Folder, "other");
        work.Run($"{Node("a", "coordinator")} cluster.tls.authority={other.Authority}").Fails(2, "certificate", "cluster.tls.authority");
        File.WriteAllText(work["wrong"], "guest");
        work.Run($"{Node("a", "coordinator")} cluster.password=wrong").Fails(2, "cluster.password", "refuses the user kindred with this password");
        work.Run($"{Node("a", "coordinator")} cluster.broker=amqps://localhost:{port}/nowhere").Fails(2, "cluster.broker", "no such virtual host");
    }

    private string Node(string name, string roles) =>
        $"node name={name} roles={roles} run=r {Train} devices=cpu cluster.broker=amqps://localhost:{port}/ cluster.user={User} cluster.password=password "
        + $"cluster.listen=0.0.0.0:0 cluster.host=localhost cluster.tls.certificate={tls.Certificate} cluster.tls.key={tls.Key} cluster.tls.authority={tls.Authority}";

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
