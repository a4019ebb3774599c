using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kindred.Actors.Bulk;

/// <summary>Where a node offers its bundles, and what it pulls with.</summary>
public sealed record BulkOptions
{
    /// <summary>The cluster's secret, the same at every node. It proves both sides to each other and is itself never sent.</summary>
    public required string Secret { get; init; }

    /// <summary>Where to listen. Beyond loopback it takes <see cref="Tls"/>.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>0: any free port.</summary>
    public int Port { get; init; }

    /// <summary>The name or address by which other nodes reach this one, and to which its certificate is made out. Null: <see cref="Address"/>.</summary>
    public string? Host { get; init; }

    /// <summary>This node's certificate, and whose certificates it trusts. Null: http, on loopback only.</summary>
    public BulkTls? Tls { get; init; }

    /// <summary>HTTP/1.1 or HTTP/2; the same at every node. HTTP/1.1 is the faster one (docs/benchmarks/cluster.md).</summary>
    public HttpProtocols Protocol { get; init; } = HttpProtocols.Http1;

    /// <summary>How long a bundle is kept that isn't pulled.</summary>
    public TimeSpan Kept { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A pull fails when it makes no progress for so long: it has <see cref="ProgressBytes"/>, or the rest, in this time.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>What counts as progress, in bytes.</summary>
    public int ProgressBytes { get; init; } = 64 * 1024;

    /// <summary>Bytes of all bundles on offer. The oldest make room for a new one, which is kept whatever its size.</summary>
    public long MaxOffered { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    /// <summary>Bytes of one bundle that is pulled.</summary>
    public long MaxBundle { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>Pulls at the same time; others wait for their turn.</summary>
    public int MaxPulls { get; init; } = 16;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public ILoggerFactory Logs { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Without the secret.</summary>
    public override string ToString() => $"bulk plane at {Address}:{Port}";
}

/// <summary>PEM files: a node's certificate (with its chain, if any), its key, and the authorities that sign the nodes' certificates.</summary>
public sealed record BulkTls(string Certificate, string Key, string Authority)
{
    /// <exception cref="LinkException">A file can't be used.</exception>
    public void Check()
    {
        BulkServer.Https(this);
        TrustedAuthorities.Of(Authority);
    }
}
