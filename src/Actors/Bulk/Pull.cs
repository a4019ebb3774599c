using System.Net;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Bulk;

/// <summary>
/// One bundle on its way from its owner: over a new connection from where the old one broke, for as long as it gets on. Too little
/// progress in the time of patience, wherever it was lost, ends it.
/// </summary>
internal sealed class Pull(BulkClient client, BulkOptions options, BundleReference reference, Uri owner, IncomingFrame frame)
{
    /// <summary>Connections that one pull may use up, and how many of them in a row that brought nothing.</summary>
    private const int MaxConnections = 16, MaxBarren = 2;

    /// <summary>Read at a time, so that it is hashed while it is in the cache.</summary>
    private const int Block = 256 * 1024;

    /// <exception cref="PullException">Says from where, and why.</exception>
    /// <exception cref="OperationCanceledException">By the caller.</exception>
    public async Task<TensorBundle> RunAsync(CancellationToken cancel)
    {
        using var stalled = new CancellationTokenSource(options.Patience, options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stalled.Token, cancel);
        try
        {
            frame.Begin();
            for (int connection = 1, barren = 0; frame.Rest > 0; connection++)
            {
                var before = frame.Received;
                try
                {
                    await ReceiveAsync(stalled, either.Token);
                }
                catch (Exception broken) when (broken is HttpRequestException or IOException && connection < MaxConnections)
                {
                    barren = frame.Received > before ? 0 : barren + 1;
                    if (barren == MaxBarren)
                        throw;
                }
            }

            return frame.Complete();
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw Failed($"no progress for {options.Patience.TotalSeconds} s", null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException or UnprovenException)
        {
            throw Failed(e.GetBaseException().Message, e);
        }
    }

    private async Task ReceiveAsync(CancellationTokenSource stalled, CancellationToken cancel)
    {
        using var response = await client.SendAsync(HttpMethod.Get, owner, reference.Id, frame.Received, cancel);
        Check(response);
        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        for (var mark = frame.Received; frame.Rest > 0;)
        {
            var room = frame.Room;
            var count = await body.ReadAsync(room[..Math.Min(room.Length, Block)], cancel);
            if (count == 0)
                throw new HttpIOException(HttpRequestError.ResponseEnded, "the answer ended early");
            frame.Took(count);
            if (frame.Received - mark < options.ProgressBytes)
                continue;
            mark = frame.Received;
            stalled.CancelAfter(options.Patience);
        }
    }

    private void Check(HttpResponseMessage response)
    {
        var (status, length, range) = (response.StatusCode, response.Content.Headers.ContentLength, response.Content.Headers.ContentRange);
        if (status == HttpStatusCode.Gone)
            throw new InvalidDataException("it is gone: its owner keeps it no longer");
        if (status != (frame.Received == 0 ? HttpStatusCode.OK : HttpStatusCode.PartialContent) || (range?.From ?? 0) != frame.Received)
            throw new InvalidDataException($"an answer that was not asked for: {(int)status} from byte {range?.From ?? 0}");
        if (length != frame.Rest)
            throw new InvalidDataException($"{length} bytes are announced instead of {frame.Rest}");
    }

    private PullException Failed(string why, Exception? cause) => new(
        $"Bundle {reference.Id} of {reference.Bytes} bytes can't be had from {reference.Owner}, {frame.Received} bytes came: {why.ReplaceLineEndings(" ")}", cause);
}
