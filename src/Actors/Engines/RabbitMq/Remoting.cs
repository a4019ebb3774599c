using System.Diagnostics;
using Kindred.Actors.Bulk;
using Kindred.Actors.Engines.RabbitMq.Wire;
using Kindred.Actors.Engines.Remote;
using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Gpu.Step;
using Microsoft.Extensions.Logging;

namespace Kindred.Actors.Engines.RabbitMq;

/// <summary>Messages and signals between this node's actors and those of other nodes.</summary>
internal sealed class Remoting : IRemoting, IDisposable
{
    /// <summary>Messages that may wait for bundles.</summary>
    private const int LanesLimit = 4_096;

    private readonly LocalEngine engine;
    private readonly IBulkPlane bulk;
    private readonly MessageCodec codec;
    private readonly Lanes lanes;
    private readonly RefBook refs;
    private readonly RemoteSignals signals;
    private readonly Refusals refusals;
    private readonly ILogger log;

    public Remoting(LocalEngine engine, IBulkPlane bulk, MessageTypes types, Refusals refusals, ILogger log)
    {
        (this.engine, this.bulk, this.refusals, this.log) = (engine, bulk, refusals, log);
        refs = new RefBook(this, engine);
        signals = new RemoteSignals(node => Locate!(node) is null, (kind, to, from) => SendControl(kind, to, from));
        codec = new MessageCodec(types, refs.AddressOf, refs.RefTo);
        lanes = new Lanes(bulk, LanesLimit);
    }

    /// <summary>Where a member is reached; null: it isn't one.</summary>
    public required Func<Node, string?> Locate { get; init; }

    /// <summary>Whether it was one, and is no more.</summary>
    public required Func<Node, bool> IsRemoved { get; init; }

    /// <summary>Puts bytes under way to an address; false when too many wait.</summary>
    public required Func<string, byte[], bool> Post { get; init; }

    /// <summary>Whatever lives at a path of another node.</summary>
    public RemoteRef Resolve(Node node, string path) => refs.Remote(node, path);

    public void Dispose() => lanes.Dispose();

    public void Send(RemoteRef to, in Envelope envelope)
    {
        var (name, address) = (codec.NameOf(envelope.Message), Locate(to.Home));
        if (name is null || address is null)
        {
            var reason = name is null ? $"{envelope.Message.GetType()} is no message of the protocol" : $"{to.Home.Name} is no member";
            engine.DeadLetter(envelope, to, reason);
            return;
        }

        var body = codec.Write(envelope.Message, out var bundles);
        var trace = envelope.Trace;
        var header = new WireHeader(
            RemoteKind.Message, name, to.Address, envelope.Sender is { } sender ? refs.AddressOf(sender) : null, TraceParent.Of(trace),
            trace.TraceState, bundles.Count == 0 ? null : [.. bundles.Select(bulk.Offer)]);
        if (!Post(address, header.Frame(body)))
            engine.DeadLetter(envelope with { Message = bundles.Count == 0 ? envelope.Message : name }, to, "too many messages wait for the broker");
    }

    public void Signal(RemoteRef to, object signal) => signals.Send(to, signal);

    public void SendUndelivered(RemoteRef ask, string reason) => SendControl(RemoteKind.Undelivered, ask, null, reason);

    public void RepeatWatches() => signals.RepeatWatches();

    public void EndWatches(Node node) => signals.EndWatches(node);

    /// <summary>A message or signal from another node.</summary>
    public void Take(ReadOnlySpan<byte> frame)
    {
        try
        {
            var header = WireHeader.Parse(frame, out var body);
            if (refs.RefTo(header.To) is not ActorRef { Home: null } to)
                throw new WireException($"{header.What} for {header.To.Node} ({header.To.Incarnation})");
            var from = header.From is { } address ? refs.RefTo(address) : null;
            if (from is RemoteRef remote && IsRemoved(remote.Home))
                return; // its node hears that it was removed, and starts anew
            if (header.Kind == RemoteKind.Message)
                TakeMessage(header, to, from, body);
            else
                signals.Take(header.Kind, to, (ActorRef?)from, header.What);
        }
        catch (WireException wrong)
        {
            refusals.Add(wrong);
        }
    }

    /// <summary>A message of this node came back: its receiver's node isn't there.</summary>
    public void TakeBack(ReadOnlySpan<byte> frame)
    {
        var header = WireHeader.Parse(frame, out _);
        if (header.Kind == RemoteKind.Message && refs.RefTo(header.To) is ActorRef to)
        {
            var sender = header.From is { } from ? refs.RefTo(from) : null;
            engine.DeadLetter(new Envelope(header.What, sender, default), to, "its node isn't there");
        }
    }

    private void TakeMessage(WireHeader header, ActorRef to, IActorRef? from, ReadOnlySpan<byte> body)
    {
        var copy = body.ToArray();
        if (!lanes.TryPass((header.From, header.To), header.Bundles ?? [], (bundles, failure) => Deliver(header, to, from, copy, bundles, failure)))
            engine.DeadLetter(new Envelope(header.What, from, default), to, $"{LanesLimit} messages wait for bundles");
    }

    private void Deliver(
        WireHeader header, ActorRef to, IActorRef? from, byte[] body, IReadOnlyList<TensorBundle> bundles, PullException? failure)
    {
        var trace = TraceParent.Parse(header.Trace, header.TraceState);
        try
        {
            if (failure is not null)
                RabbitLog.PullFailed(log, header.What, header.From?.Node ?? "nobody", failure.Message);
            object? message = failure is null ? codec.Read(header.What, body, bundles)
                : from is null ? null
                : new PullFailed(from, failure.Message);
            if (message is not null)
                to.Deliver(new Envelope(message, from, trace));
        }
        catch (WireException wrong)
        {
            foreach (var bundle in bundles)
                bundle.Dispose();
            refusals.Add(wrong);
            engine.DeadLetter(new Envelope(header.What, from, trace), to, wrong.Message);
        }
    }

    private void SendControl(RemoteKind kind, RemoteRef to, IActorRef? from, string what = "")
    {
        if (Locate(to.Home) is { } address)
            Post(address, new WireHeader(kind, what, to.Address, from is null ? null : refs.AddressOf(from)).Frame([]));
    }
}
