using System.Net;
using Kindred.Actors.Bulk;
using Kindred.Actors.Engines.RabbitMq;
using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;
using Kindred.Host.Training;
using Microsoft.Extensions.Logging;

namespace Kindred.Host.Cluster;

/// <summary>A node's name, and how it reaches the broker and the other nodes: its keys with their defaults and files read.</summary>
internal sealed record NodeLinks(string Name, RabbitOptions Rabbit, string Secret, ClusterSettings Cluster)
{
    /// <exception cref="ConfigurationException">A file can't be read.</exception>
    public static async Task<NodeLinks> ReadAsync(Settings settings, CommandContext context)
    {
        var cluster = settings.Cluster;
        var rabbit = new RabbitOptions
        {
            Broker = new Uri(cluster.Broker ?? "amqp://127.0.0.1:5672/"),
            Cluster = $"kindred-{await ClusterSecret.RunNameAsync(settings.Run.Folder, context.Clock)}",
            User = cluster.User ?? "guest",
            Password = cluster.PasswordFile is { } file ? ClusterSecret.ReadFile(file, "cluster.password") : "guest",
            CertificateAuthority = cluster.Authority,
        };
        return new NodeLinks(cluster.Name ?? NameOf(RunStart.Host), rabbit, await ClusterSecret.OfAsync(settings, context.Clock), cluster);
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
            Tls = Cluster.Certificate is null ? null : new BulkTls(Cluster.Certificate, Cluster.CertificateKey!, Cluster.Authority!),
            Logs = logs,
        };
    }

    private static string NameOf(string machine) => string.Concat(machine.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
}
