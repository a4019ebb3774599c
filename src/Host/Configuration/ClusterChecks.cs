using System.Net;

namespace Kindred.Host.Configuration;

/// <summary>What the cluster's keys must fulfil.</summary>
internal static class ClusterChecks
{
    public static string? Error(ClusterSettings cluster)
    {
        const int longestName = 100; // a queue's name has 255 bytes, a file's too
        var known = ClusterSettings.AllRoles.Split(',');
        if (cluster.Name is { } name && !(name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')))
            return $"name={name} must be letters, digits, - and _";
        if (cluster.Name?.Length > longestName)
            return $"name={cluster.Name} must have at most {longestName} letters";
        if (cluster.RoleList.FirstOrDefault(role => !known.Contains(role)) is { } unknown)
            return $"roles: there is no '{unknown}'; there are {Spelling.Alternatives(known)}";
        if (cluster.RoleList.Count == 0)
            return $"roles: a node has at least one of {Spelling.Alternatives(known)}";
        if (cluster.Broker is { } broker && !(Uri.TryCreate(broker, UriKind.Absolute, out var address) && address.Scheme is ("amqp" or "amqps")))
            return $"cluster.broker: '{broker}' is not an address such as amqp://127.0.0.1:5672/";
        return ListenError(cluster);
    }

    private static string? ListenError(ClusterSettings cluster)
    {
        var files = new[] { cluster.Certificate, cluster.CertificateKey, cluster.Authority }.Count(file => file is not null);
        if (files is 1 or 2)
            return "cluster.tls.certificate, cluster.tls.key and cluster.tls.authority go together";
        if (cluster.Listen is not { } listen)
            return null;
        if (!IPEndPoint.TryParse(listen, out var end))
            return $"cluster.listen: '{listen}' is not an address and a port such as 10.0.0.5:7000";
        if (cluster.Host is null && (end.Address.Equals(IPAddress.Any) || end.Address.Equals(IPAddress.IPv6Any)))
            return $"cluster.listen={listen} is every address of this machine: say by cluster.host=NAME which one others reach it at";
        return files == 0 && !IPAddress.IsLoopback(end.Address)
            ? $"cluster.listen={listen} is beyond loopback, which takes cluster.tls.certificate, cluster.tls.key and cluster.tls.authority" : null;
    }
}
