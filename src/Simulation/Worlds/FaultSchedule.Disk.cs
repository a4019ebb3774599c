using System.Text;
using Kindred.Simulation.Disk;
using Kindred.Simulation.Network;

namespace Kindred.Simulation.Worlds;

/// <summary>What goes wrong with the run's folder: writes that fail or are torn, a link that lies, a claim that comes in between.</summary>
internal sealed partial class FaultSchedule
{
    /// <summary>So long the run may end of a write that failed: a node that is stopped or cut off just then hears or says it late.</summary>
    private static readonly TimeSpan Consequences = TimeSpan.FromSeconds(30);

    private void HealDisk()
    {
        world.DiskFault = (_, _) => DiskFault.None;
        (world.LiesAboutLink, world.ComesAfterList) = (() => false, (_, _) => false);
    }

    private void FailWrites()
    {
        var (machine, rate) = (Any(), random.NextDouble(0.05, 0.5));
        world.DiskFault = (writer, path) =>
        {
            if (writer != machine || random.NextDouble() > rate || path.EndsWith("/lock", StringComparison.Ordinal))
                return DiskFault.None;
            var fault = (DiskFault)(1 + random.NextBelow(4));
            Happens(fault switch
            {
                DiskFault.Fails => "write fails",
                DiskFault.Tears => "torn write",
                DiskFault.TearsAndDies => "torn write and death",
                _ => "write and death",
            });
            world.Check.MayFailUntil = world.Queue.Now + Consequences;
            world.Note($"{machine.Name}: {fault} at {path}");
            return fault;
        };
        For(Seconds(1, 8), () => world.DiskFault = (_, _) => DiskFault.None);
    }

    /// <summary>For so long that the others stop waiting for what it writes.</summary>
    private void HangDisk()
    {
        var (machine, time) = (Any(), Seconds(5, 60));
        Happens("hung disk");
        world.Note($"the disk of {machine.Name} hangs");
        machine.DiskHangsUntil = world.Queue.Now + time;
        QuietSince = machine.DiskHangsUntil > QuietSince ? machine.DiskHangsUntil : QuietSince;
    }

    private bool LiesAboutLink()
    {
        var lies = random.NextBelow(10) == 0;
        if (lies)
            Happens("wrong answer of link");
        return lies;
    }

    /// <summary>Another machine claims a term between this one's look for the newest claim and its own.</summary>
    private bool IsFaster(Machine machine, string path)
    {
        var isFaster = path.EndsWith(".claim", StringComparison.Ordinal)
            && !Encoding.UTF8.GetString(world.Disk.Read(path)!).StartsWith($"{machine.Name}/", StringComparison.Ordinal) && random.NextBelow(8) == 0;
        if (isFaster)
            Happens("claim in between");
        return isFaster;
    }
}
