using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Kindred.Actors.Bulk;
using Kindred.Actors.Engines.RabbitMq;
using Kindred.Tests.Bulk;
using Kindred.Tests.Store;
using RabbitMQ.Client;

namespace Kindred.Tests.Cluster;

public sealed class RabbitOptionsTests
{
    private static RabbitOptions To(string broker) => new() { Broker = new Uri(broker), Cluster = "c" };

    [Theory]
    [InlineData("http://localhost/", "amqp:// or amqps://")]
    [InlineData("amqp://user:secret@localhost/", "don't belong in the broker's address")]
    [InlineData("amqp://broker.example/", "use amqps://")]
    public void An_address_that_may_not_be_used_is_refused_without_telling_a_password(string broker, string why)
    {
        var refused = Assert.Throws<LinkException>(() => To(broker).Factory());
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("amqp://127.0.0.1:1234/", 1234, "/")]
    [InlineData("amqp://localhost", 5672, "/")]
    [InlineData("amqp://[::1]/here", 5672, "here")]
    public void This_machine_may_be_reached_in_clear(string broker, int port, string host)
    {
        var factory = To(broker).Factory();
        Assert.Equal((port, host, false), (factory.Port, factory.VirtualHost, factory.Ssl.Enabled));
    }

    [Fact]
    public void Over_TLS_the_broker_s_name_is_checked()
    {
        var factory = To("amqps://broker.example/").Factory();
        Assert.Equal((5671, true, "broker.example"), (factory.Port, factory.Ssl.Enabled, factory.Ssl.ServerName));
        Assert.Equal(SslPolicyErrors.None, factory.Ssl.AcceptablePolicyErrors);
    }

    /// <summary>The second authority of the file signed the intermediate one that the broker shows beside its own certificate.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_broker_is_trusted_by_any_authority_of_the_file_and_what_it_shows(bool known)
    {
        using var folder = new TemporaryFolder();
        using var root = Certificates.Authority("root");
        using var between = Certificates.Authority("between", root);
        using var other = Certificates.Authority("other");
        using var own = Certificates.ForThisMachine(between);
        File.WriteAllText(folder["authorities"], $"{other.ExportCertificatePem()}\n{(known ? root : other).ExportCertificatePem()}\n");
        var tls = (To("amqps://localhost/") with { CertificateAuthority = folder["authorities"] }).Factory().Ssl;
        Assert.Equal(known, await IsTrustedAsync(tls, own, between));
    }

    private static async Task<bool> IsTrustedAsync(SslOption tls, X509Certificate2 own, X509Certificate2 between)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var accepted = await listener.AcceptTcpClientAsync();
        await using var broker = new SslStream(accepted.GetStream());
        await using var node = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, tls.CertificateValidationCallback);
        var shown = SslStreamCertificateContext.Create(own, [between], offline: true);
        var serving = broker.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = shown });
        try
        {
            await node.AuthenticateAsClientAsync(tls.ServerName);
            await serving;
            return true;
        }
        catch (AuthenticationException)
        {
            return false;
        }
    }
}
