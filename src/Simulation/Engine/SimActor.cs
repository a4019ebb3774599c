using Kindred.Actors.Messaging;

namespace Kindred.Simulation.Engine;

/// <summary>An actor's life in the simulation: the same phases and promises as in the local engine, one signal or message a turn.</summary>
internal sealed class SimActor : SimRef
{
    private enum Phase
    {
        /// <summary>Waits until all that an earlier instance set up has ended, then for its start.</summary>
        Starting,
        Running,
        Stopping,
        Stopped,
    }

    private readonly Props props;
    private readonly SimSupervisor supervisor;
    private readonly Queue<object> signals = new();
    private readonly Queue<Envelope> messages = new();
    private readonly List<Watch> watches = [];
    private SimContext context;
    private Phase phase = Phase.Starting;
    private bool scheduled;

    public SimActor(SimEngine engine, SimActor? parent, Props props, string path, SupervisorStrategy strategy)
        : base(engine, path)
    {
        (Parent, this.props) = (parent, props);
        supervisor = new SimSupervisor(engine.Options.Clock, strategy);
        Incarnation = engine.NextIncarnation();
        context = new SimContext(engine, this, 0);
    }

    public SimActor? Parent { get; }

    public long Incarnation { get; }

    public override bool IsActor => true;

    public Actor? Instance { get; private set; }

    /// <summary>User messages that wait.</summary>
    public int Depth => messages.Count;

    /// <summary>The message of its last turn; null: that was a signal's.</summary>
    public object? Handled { get; private set; }

    /// <summary>The thread that runs this actor now, 0 if none does.</summary>
    public int Thread { get; private set; }

    public override void Signal(object signal)
    {
        if (!Engine.Turns.IsHere)
        {
            Engine.Turns.Soon(Engine, () => Signal(signal));
            return;
        }

        signals.Enqueue(signal);
        Schedule();
    }

    public override void Deliver(in Envelope envelope)
    {
        if (phase == Phase.Stopped)
            Refuse(envelope);
        else if (messages.Count >= props.MailboxCapacity)
            Engine.DeadLetter(envelope, this, $"its mailbox is full ({props.MailboxCapacity} messages)");
        else
        {
            messages.Enqueue(envelope);
            Engine.Deepest = Math.Max(Engine.Deepest, messages.Count);
            Schedule();
        }
    }

    private void Schedule()
    {
        if (scheduled || (signals.Count == 0 && (phase == Phase.Starting || messages.Count == 0)))
            return;
        scheduled = true;
        Engine.Turns.Soon(Engine, Turn);
    }

    private void Turn()
    {
        scheduled = false;
        (Thread, Engine.Current, Engine.Last) = (Environment.CurrentManagedThreadId, this, this);
        Handled = null;
        if (signals.TryDequeue(out var signal))
            OnSignal(signal);
        else if (phase != Phase.Starting && messages.TryDequeue(out var envelope))
        {
            Handled = envelope.Message;
            if (phase == Phase.Running)
                Receive(envelope.Message, envelope.Sender);
            else
                Refuse(envelope);
        }

        (Thread, Engine.Current) = (0, null);
        Schedule();
    }

    private void Refuse(in Envelope envelope) => Engine.DeadLetter(envelope, this, "the actor has stopped");

    private void OnSignal(object signal)
    {
        switch (signal)
        {
            case StartActor when phase == Phase.Starting:
                StartInstance();
                break;
            case StopActor when phase is Phase.Starting or Phase.Running:
                WindDown(Phase.Stopping);
                break;
            case Watch watch when phase == Phase.Stopped:
                watch.Watcher.Signal(Engine, new Terminated(watch.Watched));
                break;
            case Watch watch when !watches.Contains(watch):
                watches.Add(watch);
                break;
            case Unwatch unwatch:
                watches.Remove(unwatch.Watch);
                break;
            case ChildEscalated escalated when phase == Phase.Running && context.Children.Contains(escalated.Child):
                Fail(escalated.Failure);
                break;
            case ChildEnded ended:
                context.Children.Remove(ended.Child);
                EndIfWoundDown();
                break;
            case ExecutorEnded:
                context.LiveExecutors--;
                EndIfWoundDown();
                break;
            case Terminated terminated when phase == Phase.Running && context.Watched.Remove(terminated.Actor):
                Receive(terminated, null);
                break;
            case SimTimer tick when phase == Phase.Running && context.Timers.TryTake(tick):
                Receive(tick.Message, null);
                break;
            case Completion completion when phase == Phase.Running:
                Receive(completion, null);
                break;
        }
    }

    private void Receive(object message, IActorRef? sender)
    {
        context.Sender = sender;
        try
        {
            Instance!.Receive(message is Completion completion ? completion.Outcome() : message);
        }
        catch (Exception failure)
        {
            Fail(failure);
        }

        context.Sender = null;
    }

    private void StartInstance()
    {
        context = new SimContext(Engine, this, context.Generation + 1);
        phase = Phase.Running;
        try
        {
            Instance = props.Make();
            if (Instance.Context is not null)
                throw new InvalidOperationException($"The props of {LocalPath} returned an actor that is in use; make a new one each time.");
            Instance.Context = context;
            context.Supervision = Instance.Supervision;
            Instance.PreStart();
        }
        catch (Exception failure)
        {
            Fail(failure, starting: true);
        }
    }

    private void Fail(Exception failure, bool starting = false)
    {
        Engine.Report(this, failure);
        var directive = supervisor.Decide(failure, starting);
        if (directive == Directive.Escalate && Parent is null)
            Engine.Fail(failure);
        else if (directive == Directive.Escalate)
            Parent!.Signal(new ChildEscalated(this, failure));
        if (directive != Directive.Resume)
            WindDown(directive == Directive.Restart ? Phase.Starting : Phase.Stopping);
    }

    private void WindDown(Phase next)
    {
        phase = next;
        context.Close();
        EndIfWoundDown();
    }

    private void EndIfWoundDown()
    {
        if (phase is Phase.Running or Phase.Stopped || context.Children.Count + context.LiveExecutors > 0)
            return;
        StopInstance();
        if (phase == Phase.Starting)
        {
            Signal(StartActor.Signal);
            return;
        }

        phase = Phase.Stopped;
        while (messages.TryDequeue(out var envelope))
            Refuse(envelope);
        Engine.Forget(this);
        Parent?.Signal(new ChildEnded(this)); // before Terminated, so that the name is free for who gets that
        foreach (var watch in watches)
            watch.Watcher.Signal(Engine, new Terminated(watch.Watched));
        watches.Clear();
    }

    private void StopInstance()
    {
        var stopped = Instance;
        Instance = null;
        try
        {
            if (stopped?.Context == context)
                stopped.PostStop();
        }
        catch (Exception failure)
        {
            Engine.Report(this, failure);
        }
    }
}
