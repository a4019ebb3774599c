using Kindred.Actors.Bulk;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Engines.RabbitMq;

/// <summary>
/// Keeps the order of messages per sender and receiver while bundles are pulled: what comes behind a message that waits for its
/// bundles waits too, in the same lane only.
/// </summary>
/// <param name="bulk">Pulls all of a message's bundles side by side, and those of the messages behind it too.</param>
/// <param name="limit">Messages that may wait in all lanes together.</param>
internal sealed class Lanes(IBulkPlane bulk, int limit) : IDisposable
{
    private readonly Dictionary<object, Queue<Waiting>> lanes = [];
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private int waiting;

    /// <summary>
    /// Calls <paramref name="deliver"/> with the bundles or with why they couldn't be had, at once where nothing has to be waited for.
    /// False, and nothing is done, when too many messages wait.
    /// </summary>
    public bool TryPass(object lane, IReadOnlyList<BundleReference> bundles, Action<IReadOnlyList<TensorBundle>, PullException?> deliver)
    {
        lock (gate)
        {
            if (!lanes.TryGetValue(lane, out var queue))
            {
                if (bundles.Count == 0)
                {
                    deliver([], null);
                    return true;
                }

                queue = lanes[lane] = new Queue<Waiting>();
            }

            if (waiting == limit)
                return false;
            waiting++;
            queue.Enqueue(new Waiting(PullAllAsync(bundles), deliver));
            if (queue.Count == 1)
                _ = DrainAsync(lane, queue);
            return true;
        }
    }

    public void Dispose() => stop.Cancel();

    private async Task DrainAsync(object lane, Queue<Waiting> queue)
    {
        while (true)
        {
            Waiting head;
            lock (gate)
                head = queue.Peek();
            var (bundles, failure) = await head.Bundles.ConfigureAwait(false);
            head.Deliver(bundles, failure);
            lock (gate)
            {
                queue.Dequeue();
                waiting--;
                if (queue.Count > 0)
                    continue;
                lanes.Remove(lane);
                return;
            }
        }
    }

    private async Task<(IReadOnlyList<TensorBundle> Bundles, PullException? Failure)> PullAllAsync(IReadOnlyList<BundleReference> references)
    {
        var pulls = references.Select(reference => PullAsync(reference)).ToList();
        var bundles = new List<TensorBundle>(pulls.Count);
        PullException? failure = null;
        foreach (var pull in pulls)
        {
            try
            {
                bundles.Add(await pull);
            }
            catch (PullException failed)
            {
                failure = failed;
            }
        }

        if (failure is null)
            return (bundles, null);
        foreach (var bundle in bundles)
            bundle.Dispose();
        return ([], failure);
    }

    private async Task<TensorBundle> PullAsync(BundleReference reference)
    {
        try
        {
            return await bulk.PullAsync(reference, stop.Token);
        }
        catch (Exception failure) when (failure is not PullException)
        {
            throw new PullException($"Bundle {reference.Id} of {reference.Owner}: {failure.Message}", failure);
        }
    }

    private sealed record Waiting(Task<(IReadOnlyList<TensorBundle> Bundles, PullException? Failure)> Bundles, Action<IReadOnlyList<TensorBundle>, PullException?> Deliver);
}
