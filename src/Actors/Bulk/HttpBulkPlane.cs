using System.Net;
using Kindred.Gpu.Step;
using Microsoft.Extensions.Logging;

namespace Kindred.Actors.Bulk;

/// <summary>
/// Bundles over HTTP: Kestrel offers this node's own out of the tensors' memory, HttpClient pulls those of others into it. Both ends
/// prove that they hold the cluster's secret; beyond loopback it is TLS.
/// </summary>
public sealed class HttpBulkPlane : IBulkPlane
{
    private static readonly TimeSpan WarmUpWithin = TimeSpan.FromSeconds(30);

    private readonly BulkOptions options;
    private readonly IBundleCodec codec;
    private readonly OfferTable offers;
    private readonly BulkServer server;
    private readonly BulkClient client;
    private readonly SemaphoreSlim turns;
    private readonly CancellationTokenSource closing = new();
    private readonly HashSet<Task> confirming = [];

    private HttpBulkPlane(BulkOptions options, IBundleCodec codec, OfferTable offers, BulkServer server, BulkClient client)
    {
        (this.options, this.codec, this.offers, this.server, this.client) = (options, codec, offers, server, client);
        turns = new SemaphoreSlim(options.MaxPulls);
    }

    /// <summary>What references to this node's bundles name as their owner.</summary>
    public string Address => server.Address;

    /// <summary>Number and bytes of the bundles on offer.</summary>
    public (int Count, long Bytes) Offered => offers.Held;

    /// <exception cref="LinkException">It can't listen, or may not; or certificates can't be read.</exception>
    /// <exception cref="PullException">Listening on loopback, it can't pull from itself.</exception>
    public static async Task<HttpBulkPlane> StartAsync(BulkOptions options, IBundleCodec codec, CancellationToken cancel)
    {
        if (options.Secret.Length == 0)
            throw new LinkException("The cluster has no secret.");
        var puller = new BulkClient(options);
        var table = new OfferTable(options);
        HttpBulkPlane? plane = null;
        try
        {
            plane = new HttpBulkPlane(options, codec, table, await BulkServer.StartAsync(options, table, cancel), puller);
            try
            {
                await plane.WarmUpAsync(cancel);
            }
            catch (PullException failed) when (!IPAddress.IsLoopback(options.Address)) // a router may not let a node reach itself
            {
                options.Logs.CreateLogger<HttpBulkPlane>().LogWarning("{Node} can't pull from itself, and maybe others can't either: {Reason}", plane.Address, failed.Message);
            }

            return plane;
        }
        catch
        {
            if (plane is not null)
                await plane.DisposeAsync();
            puller.Dispose();
            table.Dispose();
            throw;
        }
    }

    public BundleReference Offer(TensorBundle bundle)
    {
        var offer = offers.Add(bundle);
        BulkTelemetry.Offered.Add(offer.Frame.Length);
        return new BundleReference(Address, offer.Id, offer.Frame.Length);
    }

    public async Task<TensorBundle> PullAsync(BundleReference reference, CancellationToken cancel)
    {
        var owner = Check(reference);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, closing.Token);
        await turns.WaitAsync(either.Token);
        try
        {
            var start = options.Clock.GetTimestamp();
            using var frame = new IncomingFrame(codec, reference.Bytes);
            var bundle = await new Pull(client, options, reference, owner, frame).RunAsync(either.Token);
            BulkTelemetry.Duration.Record(options.Clock.GetElapsedTime(start).TotalSeconds);
            BulkTelemetry.Pulled.Add(reference.Bytes);
            lock (confirming)
            {
                confirming.RemoveWhere(sent => sent.IsCompleted);
                confirming.Add(ConfirmAsync(reference, owner));
            }

            return bundle;
        }
        catch (PullException)
        {
            BulkTelemetry.Failures.Add(1);
            throw;
        }
        finally
        {
            turns.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await Settled();
        await server.DisposeAsync();
        client.Dispose();
        offers.Dispose();
    }

    /// <summary>The owners of all that was pulled know it, or can't be told.</summary>
    public Task Settled()
    {
        lock (confirming)
            return Task.WhenAll(confirming);
    }

    /// <summary>Nobody will pull it any more.</summary>
    public void Withdraw(BundleReference reference) => offers.Withdraw(reference.Id);

    /// <summary>A first pull loads and compiles both ends, seconds where a machine is busy; it must not be one that somebody waits for.</summary>
    private async Task WarmUpAsync(CancellationToken cancel)
    {
        var reference = Offer(new Nothing());
        using var frame = new IncomingFrame(new Nothing(), reference.Bytes);
        using var nothing = await new Pull(client, options with { Patience = WarmUpWithin }, reference, new Uri(reference.Owner), frame).RunAsync(cancel);
        Withdraw(reference);
    }

    private Uri Check(BundleReference reference)
    {
        if (!Uri.TryCreate(reference.Owner, UriKind.Absolute, out var owner) || owner.Scheme is not ("http" or "https") || owner.PathAndQuery != "/")
            throw new PullException($"'{reference.Owner}' is no address of a node.");
        if (owner.Scheme == "http" && !(IPAddress.TryParse(owner.Host, out var address) && IPAddress.IsLoopback(address)))
            throw new PullException($"Nothing is pulled from {reference.Owner}: beyond loopback that takes https.");
        if (reference.Bytes > options.MaxBundle)
            throw new PullException($"Bundle {reference.Id} of {reference.Owner} has {reference.Bytes} bytes, more than the {options.MaxBundle} that one may have here.");
        return owner;
    }

    /// <summary>Tells the owner that it need keep the bundle no longer. Should that be lost, it keeps it until its time is over.</summary>
    private async Task ConfirmAsync(BundleReference reference, Uri owner)
    {
        using var soon = new CancellationTokenSource(options.Patience, options.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(soon.Token, closing.Token);
        try
        {
            using var response = await client.SendAsync(HttpMethod.Delete, owner, reference.Id, start: 0, either.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException or UnprovenException)
        {
            BulkTelemetry.Unconfirmed.Add(1);
        }
    }
}
