using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Actors.Training;

/// <summary>Tells the coordinator, at once and then every second, that a member is there and which state it holds.</summary>
internal sealed class Heartbeat
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private readonly IActorContext context;
    private readonly Role role;
    private readonly IActorRef coordinator;
    private readonly Func<(TermStep? State, TermStep? Next)> state;

    public Heartbeat(IActorContext context, Role role, IActorRef coordinator, Func<(TermStep? State, TermStep? Next)> state)
    {
        (this.context, this.role, this.coordinator, this.state) = (context, role, coordinator, state);
        Life = context.Random.NextUInt64();
        context.ScheduleRepeated(nameof(Heartbeat), Period, Beat.Instance);
        Send();
    }

    /// <summary>Unlike that of the actor before its restart.</summary>
    public ulong Life { get; }

    public void Send()
    {
        var (held, next) = state();
        coordinator.Tell(new Here(role, context.Cluster.Self, Life, held, next), context.Self);
    }

    /// <summary>The timer's message, and the guardian's when the coordinator is another; its receiver calls <see cref="Send"/>.</summary>
    public sealed record Beat
    {
        public static readonly Beat Instance = new();
    }
}
