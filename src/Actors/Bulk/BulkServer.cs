using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kindred.Actors.Bulk;

/// <summary>Kestrel alone, without a host around it: it starts in milliseconds.</summary>
internal sealed class BulkServer : IAsyncDisposable
{
    private const int MaxConnections = 1024;
    private static readonly TimeSpan IdleConnection = TimeSpan.FromMinutes(6);
    private static readonly TimeSpan HeadersWithin = TimeSpan.FromSeconds(5);

    /// <summary>A receiver slower than this, after a first while, is cut off: it holds memory.</summary>
    private static readonly MinDataRate SlowestReceiver = new(bytesPerSecond: 64 * 1024, gracePeriod: TimeSpan.FromSeconds(5));

    private readonly KestrelServer server;

    private BulkServer(KestrelServer server, string address) => (this.server, Address) = (server, address);

    /// <summary>Scheme, host and port, as other nodes reach it.</summary>
    public string Address { get; }

    /// <exception cref="LinkException">It can't listen there, or may not.</exception>
    public static async Task<BulkServer> StartAsync(BulkOptions options, OfferTable offers, CancellationToken cancel)
    {
        if (options.Tls is null && !IPAddress.IsLoopback(options.Address))
            throw new LinkException(
                $"cluster.listen: bundles can't be offered at {options.Address}: beyond loopback that takes TLS (a certificate, its key and the authority's certificate).");
        var kestrel = new KestrelServerOptions { AddServerHeader = false, ApplicationServices = Services(options) };
        Limit(kestrel.Limits);
        kestrel.Listen(options.Address, options.Port, listen =>
        {
            listen.Protocols = options.Protocol;
            if (options.Tls is { } tls)
                listen.UseHttps(Https(tls));
        });
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), options.Logs);
        var listener = new KestrelServer(Options.Create(kestrel), transport, options.Logs);
        try
        {
            await listener.StartAsync(new BulkResponder(offers, new BulkSecret(options.Secret)), cancel);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or SocketException)
        {
            listener.Dispose();
            throw new LinkException($"cluster.listen: bundles can't be offered at {options.Address}:{options.Port}: {e.Message.ReplaceLineEndings(" ")}", e);
        }

        var port = new Uri(listener.Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
        var host = options.Host ?? options.Address.ToString();
        return new BulkServer(listener, $"{(options.Tls is null ? "http" : "https")}://{(host.Contains(':') ? $"[{host}]" : host)}:{port}");
    }

    public async ValueTask DisposeAsync()
    {
        // Who is still pulling is cut off at once.
        await server.StopAsync(new CancellationToken(canceled: true));
        server.Dispose();
    }

    private static void Limit(KestrelServerLimits limits)
    {
        limits.MaxConcurrentConnections = MaxConnections;
        limits.MaxRequestBodySize = 0;
        limits.MaxResponseBufferSize = 8 << 20;
        limits.KeepAliveTimeout = IdleConnection;
        limits.RequestHeadersTimeout = HeadersWithin;
        limits.MinResponseDataRate = SlowestReceiver;
    }

    /// <exception cref="LinkException">The files can't be used.</exception>
    public static HttpsConnectionAdapterOptions Https(BulkTls tls)
    {
        try
        {
            X509Certificate2Collection chain = [];
            chain.ImportFromPemFile(tls.Certificate);
            return new() { ServerCertificate = X509Certificate2.CreateFromPemFile(tls.Certificate, tls.Key), ServerCertificateChain = chain };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new LinkException($"cluster.tls.certificate={tls.Certificate} with cluster.tls.key={tls.Key} can't be used: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>Only TLS asks for Kestrel's own services.</summary>
    private static IServiceProvider Services(BulkOptions options)
    {
        if (options.Tls is null)
            return new LogsOnly(options.Logs);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddSingleton(options.Logs);
        return builder.Services.BuildServiceProvider();
    }

    private sealed class LogsOnly(ILoggerFactory logs) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(ILoggerFactory) ? logs : null;
    }
}
