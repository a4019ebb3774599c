using System.Runtime.InteropServices;

namespace Kindred.Tests.EndToEnd;

/// <summary>Stops a process (SIGSTOP) in the middle of writing a checkpoint.</summary>
internal static partial class StoppedInASave
{
    // Linux's numbers.
    private const int Continue = 18, Stop = 19;

    /// <returns>The temporary file that the stopped process is writing.</returns>
    public static string Wait(Program run, string checkpoints)
    {
        while (!run.HasEnded)
        {
            if (Unfinished(checkpoints).Length == 0)
                continue;
            Signal(run, Stop);
            SpinWait.SpinUntil(() => IsStopped(run));
            if (Unfinished(checkpoints) is [var caught, ..])
                return caught;
            Signal(run, Continue);
        }

        throw new InvalidOperationException("no save was hit");
    }

    public static string[] Unfinished(string checkpoints) => Directory.GetFiles(checkpoints, "*.tmp");

    /// <summary>Every thread: one that is in a system call ends that first.</summary>
    private static bool IsStopped(Program run) => Directory.GetDirectories($"/proc/{run.Id}/task").All(thread =>
        File.ReadAllText($"{thread}/stat") is var stat && stat[stat.LastIndexOf(')') + 2] is 'T');

    private static void Signal(Program run, int signal) => Assert.Equal(0, kill(run.Id, signal));

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int kill(int process, int signal);
}
