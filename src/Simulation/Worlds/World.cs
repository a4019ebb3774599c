using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Data.Sampling;
using Kindred.Simulation.Checks;
using Kindred.Simulation.Disk;
using Kindred.Simulation.Engine;
using Kindred.Simulation.Network;
using Kindred.Simulation.Tensors;
using Kindred.Simulation.Time;

namespace Kindred.Simulation.Worlds;

/// <summary>
/// A cluster that trains, in one thread and virtual time: machines with the real actors, what lies between them, and a supervisor
/// that starts what has died.
/// </summary>
internal sealed class World
{
    public const string Folder = "/run";
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(2);
    private readonly long seed;
    private readonly SimNetwork network;
    private Keyed random;

    public World(long seed, TextWriter? text)
    {
        (this.seed, Scenario, random) = (seed, Scenario.Draw(seed), Keyed.For(Draw.Simulation, seed, 6));
        Batches = Scenario.Batches(seed);
        Plan = Scenario.Plan(Batches);
        (Queue, Trace) = (new EventQueue(seed), new Trace(text));
        Turns = new VirtualTurns(Queue, seed, Duration);
        Lines = new Lines(Scenario.Machines);
        Membership = new SimMembership(Lines, seed, Scenario.Detector, engine => Die(engine, "was removed"));
        network = new SimNetwork(Turns, Queue, seed, Lines, Membership.Find, Trace, Faults) { Latency = Scenario.Latency };
        Check = new Invariants(this, Scenario.Reference(Batches, Plan));
        Stopping = new Stopping(this);
        MakeRun();
        (Disk.Changed, Turns.AfterTurn) = (Check.FileChanged, Check.AfterTurn);
        foreach (var machine in Scenario.Machines)
            Start(machine);
        Queue.Add(SimMembership.Period, Look);
    }

    public Scenario Scenario { get; }

    public EpochPlan Plan { get; }

    public EpochPlan Batches { get; }

    public EventQueue Queue { get; }

    public VirtualTurns Turns { get; }

    public Lines Lines { get; }

    public SimMembership Membership { get; }

    public Trace Trace { get; }

    public Faults Faults { get; } = new();

    public SimDisk Disk { get; } = new();

    public Invariants Check { get; }

    public Stopping Stopping { get; }

    /// <summary>What goes wrong with the writes of a machine, now.</summary>
    public Func<Machine, string, DiskFault> DiskFault { get; set; } = (_, _) => Kindred.Simulation.Disk.DiskFault.None;

    public Func<bool> LiesAboutLink { get; set; } = () => false;

    /// <summary>Whether another machine writes this file just after this one has listed its folder.</summary>
    public Func<Machine, string, bool> ComesAfterList { get; set; } = (_, _) => false;

    /// <summary>Whether the run is over for every machine.</summary>
    public bool IsOver => Scenario.Machines.All(m => m.IsDone);

    /// <summary>Whom the run isn't over for, and what they say.</summary>
    public IEnumerable<string> Waiting() => Scenario.Machines.Where(m => !m.IsDone).Select(m => m.IsUp ? $"{m.Name} {Coordinating(m)}" : $"{m.Name} (down)");

    private static string Coordinating(Machine machine) =>
        machine.Engine!.Local.Actors.Select(a => a.Instance).OfType<Coordinator>().FirstOrDefault() is { } coordinator ? $"({coordinator})" : "";

    public RunDirectory Read() => RunDirectory.OpenToRead(Files(null, () => false), Folder, _ => { });

    /// <summary>As kill -9 of its process; the supervisor starts it again.</summary>
    public void Kill(Machine machine)
    {
        if (machine.Engine is { IsDead: false } engine)
            Die(engine, "was killed");
    }

    /// <summary>It never starts again.</summary>
    public void Lose(Machine machine)
    {
        machine.IsDone = true;
        Note($"{machine.Name} is lost for good");
        Kill(machine);
    }

    /// <summary>Its process is asked to end; false: it isn't there, or alone.</summary>
    public bool TryLeave(Machine machine)
    {
        if (machine.Engine is not { IsDead: false, IsPaused: false } engine || engine.Cluster.Members.Count == 1 || engine.Local.Find(Leaver.Path) is not null)
            return false;
        Note($"{machine.Name} is about to leave");
        engine.Local.Spawn(Props.Of(() => new Leaver(() => Left(engine))), Leaver.Name);
        return true;
    }

    private void Left(SimEngine engine)
    {
        if (engine.IsDead)
            return;
        Membership.Leave(engine, Queue.Now);
        Die(engine, "has left");
    }

    public void Pause(Machine machine, TimeSpan time)
    {
        if (machine.Engine is not { IsDead: false, IsPaused: false } engine)
            return;
        engine.IsPaused = true;
        Note($"{machine.Name} is stopped for {time.TotalSeconds:F1} s");
        Queue.Add(time, () => GoOn(machine));
    }

    public void GoOn(Machine machine)
    {
        if (machine.Engine is not { IsDead: false, IsPaused: true } engine)
            return;
        Note($"{machine.Name} goes on");
        Turns.Resume(engine);
    }

    public void Note(string what) => Trace.Note(Queue.Now, what);

    private void Look()
    {
        Membership.Look(Queue.Now);
        Queue.Add(SimMembership.Period, Look);
    }

    private void MakeRun()
    {
        var versions = new Dictionary<string, string>(StringComparer.Ordinal);
        RunDirectory.Create(Files(null, () => false), Folder, "simulation", $"seed = {seed}", versions, overwrite: false, _ => { }).Dispose();
    }

    private NodeFiles Files(Machine? machine, Func<bool> isDead) => new(
        Disk, machine?.Name ?? "simulation", path => machine is null ? Kindred.Simulation.Disk.DiskFault.None : DiskFault(machine, path),
        () => machine is not null && LiesAboutLink(), isDead, () => Kill(machine!))
    {
        Missed = Check.FileMissed,
        ComesAfterList = path => machine is not null && ComesAfterList(machine, path),
    };

    private void Start(Machine machine)
    {
        if (machine.IsDone)
            return;
        machine.LastIncarnation = Math.Max(machine.LastIncarnation + 1, Queue.Milliseconds);
        var node = new Node(machine.Name, machine.LastIncarnation, machine.Roles);
        SimEngine engine = null!;
        var options = new EngineOptions
        {
            Clock = new SimClock(Queue, (delay, call) => Turns.At(engine, delay, call)),
            Seed = (long)HashBundle.Hash((ulong)seed, (ulong)machine.Number, (ulong)node.Incarnation),
            Node = node,
            Logs = new FailureLogs((what, failure) => Check.ActorFailed(engine, what, failure)),
        };
        engine = new SimEngine(options, Turns, network);
        machine.Engine = engine;
        Note($"{machine.Name} starts as {node.Incarnation}");
        try
        {
            engine.Local.Spawn(Props.Of(Guardian(machine, engine)), Actors.Training.Guardian.Name);
        }
        catch (RunStoreException e)
        {
            Die(engine, $"could not start: {e.Message}");
            return;
        }

        Membership.Join(engine, Queue.Now);
    }

    private Func<Actor> Guardian(Machine machine, SimEngine engine)
    {
        var directory = RunDirectory.Open(Files(machine, () => engine.IsDead), Folder, machine.Name, LockMode.Shared, _ => { });
        var observer = new SimObserver(this, machine, engine);
        var options = new RunOptions(
            Plan, Scenario.ShardsOfAStep, Scenario.LastStep, Scenario.Workers, WaitsForMembers: true, Scenario.CheckpointEvery, 2, Scenario.EvaluateEvery,
            Scenario.KeepBest, TimeSpan.FromSeconds(Scenario.AnswerWithin), $"{machine.Name}/{engine.Node.Incarnation}")
        {
            Staleness = Scenario.Staleness, ComparesReplicas = Scenario is { Staleness: 0, LocalSteps: 0 },
        };
        var members = new List<(string, Role, Func<IActorRef, Actor>)>();
        void Add(string nodeRole, string name, Role role, Func<IActorRef, Actor> make)
        {
            if (machine.Roles.Contains(nodeRole))
                members.Add((name, role, make));
        }

        Add("data", "data", Role.Data, c => new DataActor(new HashViews(Batches), 2, c));
        Add("coordinator", "evaluator", Role.Evaluator, c => new Evaluator(new HashEvaluation(), c));
        Add("keeper", "keeper", Role.Keeper, c => new SupportSetKeeper(
            new HashContrast(Scenario.NeedsWholeBatch, Scenario.BankRows) { Reached = Check.Bank }, Scenario.ShardsOfAStep, directory.Checkpoints, c,
            Scenario.Staleness, Scenario.LocalSteps > 0 ? Plan : null));
        Add("worker", "worker", Role.Worker, c => Worker(directory.Checkpoints, c));
        Func<Actor>? coordinator = machine.Roles.Contains("coordinator") ? () => new Coordinator(options, directory, new HashSum(), observer) : null;
        return () => new Guardian(coordinator, members, observer, Settle, () => directory.End.Read(Scenario.LastStep));
    }

    private Actor Worker(CheckpointStore checkpoints, IActorRef coordinator) => Scenario.LocalSteps > 0
        ? new LocalWorker(new HashLocalEncoder(reached: Check.Model, lacked: Check.Lacked), Batches, Plan, checkpoints, coordinator)
        : new EncoderWorker(
            new HashEncoder { Reached = Check.Model, Lacked = Check.Lacked }, new HashSum(), Plan, Scenario.LastStep, Scenario.Graphs, checkpoints, coordinator,
            Scenario.Staleness);

    /// <summary>A process ends; unless the run is over for it, its supervisor starts it again.</summary>
    public void Die(SimEngine engine, string why)
    {
        if (engine.IsDead)
            return;
        var machine = Lines.Of(engine);
        engine.Kill();
        network.Forget(engine);
        Note($"{machine.Name} {why}");
        if (!machine.IsDone)
            Queue.Add(TimeSpan.FromSeconds(random.NextDouble(0.2, 4)), () => Start(machine));
    }

    private TimeSpan Duration(SimEngine engine, string executor)
    {
        var seconds = executor switch
        {
            "device" => Scenario.Encode * random.NextDouble(0.5, 1.5),
            "readers" => Scenario.Encode * random.NextDouble(0.1, 1),
            "disk" => random.NextDouble(0.005, 0.2),
            "evaluation" => random.NextDouble(0.2, 2),
            _ => random.NextDouble(0.0001, 0.003),
        };
        var (machine, hangs) = (Lines.Of(engine), executor == "disk" ? Lines.Of(engine).DiskHangsUntil - Queue.Now : TimeSpan.Zero);
        return TimeSpan.FromSeconds(Math.Max(seconds * machine.Slowness, hangs.TotalSeconds));
    }
}
