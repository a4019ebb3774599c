using Kindred.Data.Sampling;
using Kindred.Simulation.Network;

namespace Kindred.Simulation.Worlds;

/// <summary>Draws faults from the seed, one after the other and often several at once, until it is time for quiet.</summary>
internal sealed partial class FaultSchedule
{
    private readonly World world;
    private readonly (int Weight, Action Happens)[] kinds;
    private Keyed random;

    public FaultSchedule(World world, long seed)
    {
        (this.world, random) = (world, Keyed.For(Draw.Simulation, seed, 7));
        QuietSince = TimeSpan.FromSeconds(world.Scenario.FaultsUntil);
        var hasDiskFaults = random.NextBelow(4) == 0;
        kinds =
        [
            (6, () => Kill("kill", Any())),
            (1, KillAll),
            (2, KillTwo),
            (4, Pause),
            (3, () => Cut(Any(), broker: true, bulk: false)),
            (3, () => Cut(Any(), broker: false, bulk: true)),
            (2, () => Cut(Any(), broker: true, bulk: true)),
            (3, CutPair),
            (1, RestartBroker),
            (2, Slow),
            (3, LoseMessages),
            (4, LoseMessagesOfOne),
            (3, DoubleMessages),
            (hasDiskFaults ? 3 : 0, FailWrites),
            (2, HangDisk),
            (2, Leave),
            (1, LoseForGood),
            (1, CutForLong),
            (2, Stop),
        ];
        (world.LiesAboutLink, world.ComesAfterList) = (LiesAboutLink, IsFaster);
        world.Queue.Add(Seconds(0.5, world.Scenario.BetweenFaults * 2), Next);
        world.Queue.Add(QuietSince - world.Queue.Now, Heal);
    }

    /// <summary>From then on nothing goes wrong any more.</summary>
    public TimeSpan QuietSince { get; private set; }

    private bool IsQuiet => world.Queue.Now >= TimeSpan.FromSeconds(world.Scenario.FaultsUntil);

    private void Next()
    {
        if (IsQuiet)
            return;
        var drawn = random.NextBelow(kinds.Sum(k => k.Weight));
        foreach (var (weight, happens) in kinds)
        {
            drawn -= weight;
            if (drawn >= 0)
                continue;
            happens();
            break;
        }

        world.Queue.Add(Seconds(0.05, world.Scenario.BetweenFaults * 2), Next);
    }

    private void Heal()
    {
        if (world.Queue.Now < QuietSince)
        {
            For(QuietSince - world.Queue.Now, Heal);
            return;
        }

        world.Note("nothing goes wrong from now on");
        world.Lines.Heal();
        HealDisk();
        foreach (var machine in world.Scenario.Machines)
            world.GoOn(machine);
    }

    private void Kill(string kind, Machine machine)
    {
        if (!machine.IsUp)
            return;
        Happens(kind);
        world.Kill(machine);
    }

    private void KillAll()
    {
        Happens("kill of everything");
        foreach (var machine in world.Scenario.Machines)
            world.Kill(machine);
    }

    private void KillTwo()
    {
        Happens("kill of several");
        world.Kill(Any());
        world.Kill(Any());
    }

    private void Pause()
    {
        Happens("pause");
        world.Pause(Any(), Seconds(0.2, 15));
    }

    /// <summary>SIGTERM.</summary>
    private void Leave()
    {
        if (world.TryLeave(Any()))
            Happens("leave");
    }

    private void Stop()
    {
        if (world.Stopping.TryBegin())
            Happens("stop");
    }

    /// <summary>A machine that never comes back, where others have its roles.</summary>
    private void LoseForGood()
    {
        var machine = Any();
        if (machine.IsDone || !machine.Roles.All(role => Others(role) >= (role == "worker" && world.Check.Commits == 0 ? world.Scenario.Workers : 1)))
            return;
        Happens("loss for good");
        world.Lose(machine);
        int Others(string role) => world.Scenario.Machines.Count(m => m != machine && !m.IsDone && m.Roles.Contains(role));
    }

    private void CutForLong()
    {
        var time = Seconds(12, 40);
        if (world.Queue.Now + time > QuietSince)
            QuietSince = world.Queue.Now + time;
        Cut("long partition of bulk", Any(), broker: false, bulk: true, time);
    }

    private void Cut(Machine machine, bool broker, bool bulk) => Cut(
        broker && bulk ? "partition of both" : broker ? "partition of the broker" : "partition of bulk", machine, broker, bulk, Seconds(0.3, 12));

    private void Cut(string kind, Machine machine, bool broker, bool bulk, TimeSpan time)
    {
        Happens(kind);
        Set(true);
        For(time, () => Set(false));
        void Set(bool cut)
        {
            world.Note($"{machine.Name} {(cut ? "is cut off" : "is reached again")}{(broker ? ", broker" : "")}{(bulk ? ", bulk" : "")}");
            machine.IsCutOff = broker ? cut : machine.IsCutOff;
            foreach (var other in bulk ? world.Scenario.Machines : [])
            {
                world.Lines.CutBulk(machine, other, cut);
                world.Lines.CutBulk(other, machine, cut);
            }
        }
    }

    private void CutPair()
    {
        var (owner, puller) = (Any(), Any());
        Happens("cut pulls");
        world.Note($"{puller.Name} can't pull from {owner.Name}");
        world.Lines.CutBulk(owner, puller, true);
        For(Seconds(0.3, 12), () => world.Lines.CutBulk(owner, puller, false));
    }

    private void RestartBroker()
    {
        Happens("broker restart");
        world.Note("the broker is down");
        world.Lines.IsBrokerDown = true;
        For(Seconds(0.5, 6), () => world.Lines.IsBrokerDown = false);
    }

    private void Slow()
    {
        var machine = Any();
        Happens("slow node");
        machine.Slowness = random.NextDouble(2, 15);
        For(Seconds(1, 8), () => machine.Slowness = 1);
    }

    private void LoseMessages()
    {
        Happens("lossy network");
        world.Lines.LossRate = random.NextDouble(0.01, 0.3);
        For(Seconds(0.5, 6), () => world.Lines.LossRate = 0);
    }

    /// <summary>A node that seems well and hears little or nothing: a standby may claim the next term while the coordinator works.</summary>
    private void LoseMessagesOfOne()
    {
        var machine = Any();
        Happens("lossy node");
        machine.LossRate = Math.Min(1, random.NextDouble(0.2, 2));
        For(Seconds(2, 20), () => machine.LossRate = 0);
    }

    private void DoubleMessages()
    {
        Happens("doubling network");
        world.Lines.DoubleRate = random.NextDouble(0.01, 0.5);
        For(Seconds(0.5, 6), () => world.Lines.DoubleRate = 0);
    }

    private void For(TimeSpan time, Action end) => world.Queue.Add(time, end);

    private void Happens(string kind) => world.Faults.Count(kind);

    private Machine Any() => world.Scenario.Machines[random.NextBelow(world.Scenario.Machines.Count)];

    private TimeSpan Seconds(double low, double high) => TimeSpan.FromSeconds(random.NextDouble(low, high));
}
