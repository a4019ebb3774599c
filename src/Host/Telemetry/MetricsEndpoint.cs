using System.Net;
using System.Text;
using Kindred.Host.Configuration;

namespace Kindred.Host.Telemetry;

/// <summary>Serves <c>/metrics</c> to Prometheus at <c>metrics.listen</c> while it lives.</summary>
public sealed class MetricsEndpoint : IAsyncDisposable
{
    private readonly PrometheusText metrics = new();
    private readonly HttpListener listener = new();
    private readonly Task serving;
    private volatile bool closing;

    private MetricsEndpoint(IPEndPoint address)
    {
        var host = address.Address.Equals(IPAddress.Any) || address.Address.Equals(IPAddress.IPv6Any) ? "+"
            : new UriBuilder("http", $"{address.Address}").Host;
        listener.Prefixes.Add($"http://{host}:{address.Port}/metrics/");
        try
        {
            listener.Start();
        }
        catch (HttpListenerException taken)
        {
            throw new ConfigurationException($"metrics.listen={address} can't be used: {taken.Message}", taken);
        }

        serving = Task.Run(ServeAsync);
    }

    /// <returns>null where <c>metrics.listen</c> isn't set.</returns>
    /// <exception cref="ConfigurationException">The address can't be listened at.</exception>
    public static MetricsEndpoint? Start(Settings settings) =>
        settings.Telemetry.MetricsListen is { } listen ? new(IPEndPoint.Parse(listen)) : null;

    public async ValueTask DisposeAsync()
    {
        closing = true;
        listener.Close();
        await serving;
        metrics.Dispose();
    }

    private async Task ServeAsync()
    {
        while (await NextAsync() is { } request)
        {
            var body = Encoding.UTF8.GetBytes(metrics.Write());
            request.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            try
            {
                request.Response.Close(body, willBlock: true);
            }
            catch (HttpListenerException)
            {
                request.Response.Abort(); // the scraper went away
            }
        }
    }

    /// <returns>null when the endpoint is closed.</returns>
    private async Task<HttpListenerContext?> NextAsync()
    {
        try
        {
            return await listener.GetContextAsync();
        }
        catch (Exception closed) when (closing && closed is HttpListenerException or ObjectDisposedException)
        {
            return null;
        }
    }
}
