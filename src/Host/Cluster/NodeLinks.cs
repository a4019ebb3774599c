using System.Net;
using Kindred.Actors.Bulk;
using Kindred.Actors.Engines.RabbitMq;
using Kindred.Actors.Protocol.Store;
using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;
using Kindred.Host.Training;
using Microsoft.Extensions.Logging;

namespace Kindred.Host.Cluster;

/// <summary>A node's name, and how it reaches the broker and the other nodes: its keys with their defaults and files read.</summary>
internal sealed record NodeLinks(string Name, RabbitOptions Rabbit, string Secret, ClusterSettings Cluster)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => $"{Name} at {Rabbit}";

    /// <summary>What can be known before a run is made or waited for.</summary>
    /// <exception cref="ConfigurationException">A file can't be read.</exception>
    /// <exception cref="LinkException">The broker's address, or a certificate, can't be used.</exception>
    public static void Check(ClusterSettings cluster)
    {
        RabbitOf(cluster, "").Check();
        TlsOf(cluster)?.Check();
        if (cluster.SecretFile is { } file)
            ClusterSecret.ReadFile(file, "cluster.secret");
    }

    /// <exception cref="ConfigurationException">A file can't be read.</exception>
    /// <exception cref="RunStoreException">The run's secret can't be made or read.</exception>
    public static NodeLinks Read(Settings settings)
    {
        var cluster = settings.Cluster;
        var rabbit = RabbitOf(cluster, ClusterSecret.RunName(settings.Run.Folder));
        return new NodeLinks(cluster.Name ?? NameOf(RunStart.Host), rabbit, ClusterSecret.Of(settings), cluster);
    }

    public BulkOptions Bulk(ILoggerFactory logs)
    {
        var listen = Cluster.Listen is { } text ? IPEndPoint.Parse(text) : new IPEndPoint(IPAddress.Loopback, 0);
        return new BulkOptions
        {
            Secret = Secret,
            Address = listen.Address,
            Port = listen.Port,
            Host = Cluster.Host,
            Tls = TlsOf(Cluster),
            Logs = logs,
        };
    }

    private static RabbitOptions RabbitOf(ClusterSettings cluster, string run) => new()
    {
        Broker = new Uri(cluster.Broker ?? "amqp://127.0.0.1:5672/"),
        Cluster = $"kindred-{run}",
        User = cluster.User ?? "guest",
        Password = cluster.PasswordFile is { } file ? ClusterSecret.ReadFile(file, "cluster.password") : "guest",
        CertificateAuthority = cluster.Authority,
    };

    private static BulkTls? TlsOf(ClusterSettings cluster) =>
        cluster.Certificate is null ? null : new BulkTls(cluster.Certificate, cluster.CertificateKey!, cluster.Authority!);

    private static string NameOf(string machine) => string.Concat(machine.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
}
