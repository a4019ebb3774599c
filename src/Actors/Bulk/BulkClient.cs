using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Kindred.Actors.Bulk;

/// <summary>Requests to other nodes over connections that stay open.</summary>
internal sealed class BulkClient : IDisposable
{
    private static readonly TimeSpan IdleConnection = TimeSpan.FromMinutes(5);

    private readonly HttpClient http;
    private readonly BulkSecret secret;
    private readonly Version version;

    /// <exception cref="LinkException">The authority's certificate can't be read.</exception>
    public BulkClient(BulkOptions options)
    {
        secret = new BulkSecret(options.Secret);
        version = options.Protocol == HttpProtocols.Http2 ? HttpVersion.Version20 : HttpVersion.Version11;
        var handler = new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.Patience,
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = 16 << 20,
            MaxConnectionsPerServer = 2 * options.MaxPulls,
            MaxResponseDrainSize = 0,
            PooledConnectionIdleTimeout = IdleConnection,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            UseCookies = false,
            UseProxy = false,
        };
        if (options.Tls is { } tls)
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = TrustedAuthorities.Of(tls.Authority) };
        http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The answer's headers have come, and are from a node that holds the secret; its body is still to be read.</summary>
    /// <exception cref="HttpRequestException">There is no answer.</exception>
    /// <exception cref="UnprovenException">One side refuses the other's secret.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri owner, ulong id, long start, CancellationToken cancel)
    {
        var path = $"{BulkResponder.Path}{id}";
        var (authorization, proof) = secret.Ask(method.Method, path);
        using var request = new HttpRequestMessage(method, new Uri(owner, path))
        {
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        if (start > 0)
            request.Headers.Range = new(start, null);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (response.Headers.TryGetValues(BulkSecret.ProofHeader, out var told) && BulkSecret.Equal(told.First(), proof))
            return response;
        using (response)
            throw new UnprovenException(response.StatusCode == HttpStatusCode.Unauthorized
                ? "it refuses this node's cluster secret; all nodes of a cluster have the same"
                : "what answers there doesn't hold the cluster's secret");
    }

    public void Dispose() => http.Dispose();
}

/// <summary>The two sides don't hold the same secret.</summary>
internal sealed class UnprovenException(string message) : Exception(message);
