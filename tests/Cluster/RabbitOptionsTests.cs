using Kindred.Actors.Engines.RabbitMq;

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
        var refused = Assert.Throws<UriFormatException>(() => To(broker).Factory());
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
        Assert.Equal(System.Net.Security.SslPolicyErrors.None, factory.Ssl.AcceptablePolicyErrors);
    }
}
