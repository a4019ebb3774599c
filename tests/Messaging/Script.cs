using Kindred.Actors.Messaging;

namespace Kindred.Tests.Messaging;

/// <summary>An actor written as lambdas.</summary>
internal sealed class Script(Action<Script, object> receive) : Actor
{
    public Action<Script> Starting { get; init; } = _ => { };

    public Action<Script> Stopping { get; init; } = _ => { };

    public SupervisorStrategy Strategy { get; init; } = SupervisorStrategy.Default;

    public IActorContext World => Context;

    protected internal override SupervisorStrategy Supervision => Strategy;

    /// <summary>Answers the current message.</summary>
    public void Reply(object message) => Sender!.Tell(message, Self);

    public static Props Props(Action<Script, object> receive) => new(() => new Script(receive));

    protected internal override void PreStart() => Starting(this);

    protected internal override void PostStop() => Stopping(this);

    protected internal override void Receive(object message) => receive(this, message);
}
