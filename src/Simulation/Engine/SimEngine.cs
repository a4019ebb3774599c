using Kindred.Actors.Engines;
using Kindred.Actors.Messaging;
using Kindred.Simulation.Network;
using Kindred.Simulation.Time;

namespace Kindred.Simulation.Engine;

/// <summary>One life of a node: its actors live as on the local engine, their turns come in virtual time, and other nodes are behind a simulated network.</summary>
internal sealed class SimEngine : ITurns
{
    private readonly VirtualTurns turns;

    public SimEngine(EngineOptions options, VirtualTurns turns, SimNetwork network)
    {
        (this.turns, Node) = (turns, options.Node);
        Cluster = new SimCluster(this, network);
        Local = new LocalEngine(options, _ => Cluster, this);
        Remoting = new SimRemoting(this, network);
    }

    public Node Node { get; }

    public SimCluster Cluster { get; }

    public LocalEngine Local { get; }

    public SimRemoting Remoting { get; }

    /// <summary>Killed, or ended: it gets no turn any more.</summary>
    public bool IsDead { get; private set; }

    /// <summary>As SIGSTOP does: its turns wait in <see cref="Deferred"/>.</summary>
    public bool IsPaused { get; set; }

    public List<Action> Deferred { get; } = [];

    /// <summary>As kill -9: nothing of it happens any more.</summary>
    public void Kill() => IsDead = true;

    public void Soon(Mailbox mailbox) => turns.Soon(this, mailbox);

    public Executor MakeExecutor(string name, int threads, LocalActor owner) => new SimExecutor(name, threads, owner, this, turns);

    public override string ToString() => $"{Node.Name}#{Node.Incarnation}";
}
