using Kindred.Actors.Messaging;

namespace Kindred.Actors.Engines;

/// <summary>An actor's life: its mailbox, start, failure, restart, stop, and who watches it. All but posting happens on its own turns.</summary>
internal sealed class LocalActor : ActorRef
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
    private readonly Supervisor supervisor;
    private readonly Mailbox mailbox;
    private readonly List<Watch> watches = [];
    private LocalContext context;
    private volatile Phase phase = Phase.Starting;

    internal LocalActor(LocalEngine engine, LocalActor? parent, Props props, string path, SupervisorStrategy supervisor)
        : base(engine, path, engine.NextIncarnation())
    {
        (Parent, this.props) = (parent, props);
        this.supervisor = new Supervisor(engine, path, supervisor);
        mailbox = new Mailbox(this, props.MailboxCapacity, engine.Turns);
        context = new LocalContext(engine, this, 0);
    }

    internal LocalActor? Parent { get; }

    /// <summary>Null before its start and after its end.</summary>
    internal Actor? Instance { get; private set; }

    internal int Depth => mailbox.Depth;

    /// <summary>The message of its last turn; null: that was a signal's.</summary>
    internal object? Handled { get; private set; }

    /// <summary>The thread that runs this actor now, 0 if none does.</summary>
    internal int Thread { get; set; }

    /// <summary>Another number after each restart; −1 once it has stopped.</summary>
    internal long Life => phase == Phase.Stopped ? -1 : Math.Max(1, context.Generation);

    internal bool Suspended => phase == Phase.Starting;

    internal override void Signal(object signal) => mailbox.PostSignal(signal);

    internal override void Deliver(in Envelope envelope)
    {
        if (!mailbox.TryPost(envelope))
            Engine.DeadLetter(envelope, this, $"its mailbox is full ({props.MailboxCapacity} messages)");
    }

    internal void OnMessage(in Envelope envelope)
    {
        Handled = envelope.Message;
        if (phase == Phase.Running)
            Receive(envelope);
        else
            Refuse(envelope);
    }

    private void Refuse(in Envelope envelope) => Engine.DeadLetter(envelope, this, "the actor has stopped");

    internal void OnSignal(object signal)
    {
        Handled = null;
        switch (signal)
        {
            case Start when phase == Phase.Starting:
                StartInstance();
                break;
            case Stop when phase is Phase.Starting or Phase.Running:
                WindDown(Phase.Stopping);
                break;
            case Watch watch when phase == Phase.Stopped:
                watch.Watcher.Signal(new Terminated(watch.Watched));
                break;
            case Watch watch when !watches.Contains(watch): // other nodes repeat theirs
                watches.Add(watch);
                break;
            case Unwatch unwatch:
                watches.Remove(unwatch.Watch);
                break;
            case ChildEscalated escalated when phase == Phase.Running && context.Children.Contains(escalated.Child):
                Fail(escalated.Failure, $"a failure of {escalated.Child.Path}");
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
                Receive(new Envelope(terminated, null, default));
                break;
            case ActorTimer tick when phase == Phase.Running && context.Timers.TryTake(tick):
                Receive(new Envelope(tick.Message, null, default));
                break;
            case Completion completion when phase == Phase.Running:
                Receive(new Envelope(completion, null, completion.Trace));
                break;
        }
    }

    private void Receive(in Envelope envelope)
    {
        var message = envelope.Message;
        context.Sender = envelope.Sender;
        try
        {
            if (message is Completion completion)
                message = completion.Outcome();
            using var span = ActorTelemetry.Start(message.GetType(), envelope.Trace, Path);
            Instance!.Receive(message);
        }
        catch (Exception failure)
        {
            Fail(failure, message.GetType().Name);
        }

        context.Sender = null;
        if (ActorTelemetry.Processed.Enabled)
            ActorTelemetry.Processed.Add(1, ActorTelemetry.Tag(Path));
    }

    private void StartInstance()
    {
        context = new LocalContext(Engine, this, context.Generation + 1);
        phase = Phase.Running;
        try
        {
            Instance = props.Make();
            if (Instance.Context is not null)
                throw new InvalidOperationException($"The props of {Path} returned an actor that is in use; make a new one each time.");
            Instance.Context = context;
            context.Supervision = Instance.Supervision;
            Instance.PreStart();
        }
        catch (Exception failure)
        {
            Fail(failure, "its start", starting: true);
        }
    }

    private void Fail(Exception failure, string message, bool starting = false)
    {
        var directive = supervisor.Decide(failure, message, starting);
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
            Signal(Start.Signal);
            return;
        }

        phase = Phase.Stopped;
        while (mailbox.TryTake(out var envelope))
            Refuse(envelope);
        Engine.Forget(this);
        Parent?.Signal(new ChildEnded(this)); // before Terminated, so that the name is free for who gets that
        foreach (var watch in watches)
            watch.Watcher.Signal(new Terminated(watch.Watched));
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
            EngineLog.PostStopFailed(Engine.Log, failure, Path);
        }
    }
}
