using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Kindred.Actors.Bulk;
using RabbitMQ.Client;

namespace Kindred.Actors.Engines.RabbitMq;

/// <summary>How a node reaches the broker, and what it names there.</summary>
public sealed record RabbitOptions
{
    /// <summary><c>amqps://host:port/vhost</c>, or <c>amqp://</c> to this machine; without user and password.</summary>
    public required Uri Broker { get; init; }

    /// <summary>Begins the names of all exchanges and queues: clusters of other names on the same broker know nothing of this one.</summary>
    public required string Cluster { get; init; }

    /// <summary>RabbitMQ's own, which the broker lets in from loopback only.</summary>
    public string User { get; init; } = "guest";

    public string Password { get; init; } = "guest";

    /// <summary>PEM file of the authority that signed the broker's certificate; null: those that the system trusts.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>Without the password.</summary>
    public override string ToString() => $"{Cluster} at {Broker}";

    public MembershipOptions Membership { get; init; } = new();

    /// <summary>Messages to this node that may wait at the broker (≥ 1); one more, and the oldest is lost.</summary>
    public int QueueLength { get; init; } = 16_384;

    /// <summary>Messages that may wait for the connection (≥ 1); one more becomes a dead letter.</summary>
    public int OutboxLength { get; init; } = 16_384;

    /// <summary>Types of messages beside those of the protocol, for tests and benchmarks.</summary>
    public IReadOnlyList<Type> Messages { get; init; } = [];

    /// <summary>Of heartbeats and their detector; not the actors' clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <exception cref="LinkException">The broker's address isn't one that may be used, or the authority's file can't be read.</exception>
    public void Check() => Factory();

    internal ConnectionFactory Factory()
    {
        if (Broker.Scheme is not ("amqp" or "amqps"))
            throw new LinkException($"cluster.broker={Broker}: amqp:// or amqps:// is expected");
        if (Broker.UserInfo.Length > 0)
            throw new LinkException(
                $"cluster.broker: user and password don't belong in the broker's address ({Broker.Host}), where everybody on this machine reads them: "
                + "give cluster.user=NAME and cluster.password=FILE");
        var secure = Broker.Scheme == "amqps";
        if (!secure && !IsLoopback(Broker.DnsSafeHost))
            throw new LinkException($"cluster.broker={Broker} is not this machine: use amqps://");
        return new ConnectionFactory
        {
            HostName = Broker.DnsSafeHost,
            Port = Broker.Port > 0 ? Broker.Port : secure ? 5671 : 5672,
            VirtualHost = Broker.AbsolutePath.Length > 1 ? Uri.UnescapeDataString(Broker.AbsolutePath[1..]) : "/",
            UserName = User,
            Password = Password,
            Ssl = secure ? Tls() : new SslOption(),
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedHeartbeat = TimeSpan.FromSeconds(2), // a paused node is cut off after about 5 s; not within a minute at the default
            RequestedConnectionTimeout = TimeSpan.FromSeconds(3),
            HandshakeContinuationTimeout = TimeSpan.FromSeconds(3),
            ContinuationTimeout = TimeSpan.FromSeconds(5),
            ClientProvidedName = Cluster,
        };
    }

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private SslOption Tls()
    {
        var tls = new SslOption(Broker.DnsSafeHost, enabled: true);
        if (CertificateAuthority is not null)
        {
            var trusted = TrustedAuthorities.Of(CertificateAuthority);
            tls.CertificateValidationCallback = (_, certificate, chain, errors) => IsSignedBy(trusted, certificate, chain, errors);
        }

        return tls;
    }

    /// <summary>By these authorities alone, and for the host that was asked for.</summary>
    private static bool IsSignedBy(X509ChainPolicy trusted, X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors)
    {
        if (certificate is null || presented is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
            return false;
        using var chain = new X509Chain { ChainPolicy = trusted.Clone() };
        chain.ChainPolicy.ExtraStore.AddRange(presented.ChainPolicy.ExtraStore); // intermediates
        using var own = new X509Certificate2(certificate);
        return chain.Build(own);
    }
}
