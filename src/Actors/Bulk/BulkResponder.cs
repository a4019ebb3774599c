using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Kindred.Actors.Bulk;

/// <summary>
/// GET /bundle/ID answers with the bundle's frame, or with "Range: bytes=N-" the rest of it; DELETE says that it has come whole.
/// 401: another secret. 410: not, or no longer, on offer.
/// </summary>
internal sealed class BulkResponder(OfferTable offers, BulkSecret secret) : IHttpApplication<IFeatureCollection>
{
    public const string Path = "/bundle/";

    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(IFeatureCollection context)
    {
        var (request, response) = (context.Get<IHttpRequestFeature>()!, context.Get<IHttpResponseFeature>()!);
        var proof = secret.Answer(request.Headers.Authorization, request.Method, request.Path);
        if (proof is null)
        {
            response.StatusCode = (int)HttpStatusCode.Unauthorized;
            return;
        }

        response.Headers[BulkSecret.ProofHeader] = proof;
        if (!request.Path.StartsWith(Path, StringComparison.Ordinal)
            || !ulong.TryParse(request.Path.AsSpan(Path.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            response.StatusCode = (int)HttpStatusCode.NotFound;
        else if (request.Method == HttpMethod.Delete.Method)
            response.StatusCode = (int)(offers.Withdraw(id) ? HttpStatusCode.NoContent : HttpStatusCode.Gone);
        else if (request.Method == HttpMethod.Get.Method)
            await SendAsync(id, request, response, context);
        else
            response.StatusCode = (int)HttpStatusCode.MethodNotAllowed;
    }

    private async Task SendAsync(ulong id, IHttpRequestFeature request, IHttpResponseFeature response, IFeatureCollection context)
    {
        if (offers.Hold(id) is not { } offer)
        {
            response.StatusCode = (int)HttpStatusCode.Gone;
            return;
        }

        try
        {
            var total = offer.Frame.Length + OutgoingFrame.HashLength;
            if (!TryReadStart(request.Headers.Range, out var start) || start >= total)
            {
                response.StatusCode = (int)HttpStatusCode.RequestedRangeNotSatisfiable;
                return;
            }

            response.Headers.ContentLength = total - start;
            if (start > 0)
            {
                response.StatusCode = (int)HttpStatusCode.PartialContent;
                response.Headers.ContentRange = new ContentRangeHeaderValue(start, total - 1, total).ToString();
            }

            var (body, ended) = (context.Get<IHttpResponseBodyFeature>()!, context.Get<IHttpRequestLifetimeFeature>()!.RequestAborted);
            await body.StartAsync(ended);
            await OutgoingFrame.WriteAsync(offer.Frame, start, body.Writer, ended);
            await body.CompleteAsync();
        }
        finally
        {
            offer.Release();
        }
    }

    /// <summary>No range is one from 0.</summary>
    private static bool TryReadStart(string? range, out long start)
    {
        start = 0;
        if (string.IsNullOrEmpty(range))
            return true;
        if (!RangeHeaderValue.TryParse(range, out var parsed) || parsed.Ranges.Count != 1)
            return false;
        var only = parsed.Ranges.First();
        start = only.From ?? -1;
        return start >= 0 && only.To is null;
    }
}
