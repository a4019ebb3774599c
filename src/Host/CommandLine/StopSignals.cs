using System.Runtime.InteropServices;

namespace Kindred.Host.CommandLine;

/// <summary>
/// SIGTERM, Ctrl-C and the end of the terminal (SIGHUP): the first asks a command that saves what it did to stop, a second one, or the first of any other command,
/// ends the process at once with 128 + its number.
/// </summary>
internal sealed partial class StopSignals : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly PosixSignalRegistration[] registrations;
    private readonly Action<int> exit;
    private int left;

    public StopSignals(bool saves, TextWriter error, Action<int> exit)
    {
        (this.exit, left) = (exit, saves ? 1 : 0);
        void Handle(PosixSignalContext context)
        {
            context.Cancel = true;
            Received(context.Signal, error);
        }

        PosixSignal[] signals = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP];
        registrations = [.. signals.Select(signal => PosixSignalRegistration.Create(signal, Handle))];
    }

    /// <summary>Ends the process without running exit handlers, which could wait for, or crash, threads that compute.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void ExitNow(int code);

    public CancellationToken Token => stop.Token;

    internal void Received(PosixSignal signal, TextWriter error)
    {
        if (Interlocked.Decrement(ref left) < 0)
        {
            exit(signal switch { PosixSignal.SIGTERM => 143, PosixSignal.SIGHUP => 129, _ => 130 });
            return;
        }

        error.WriteLine("kindred: stopping in order; a second signal stops at once");
        stop.Cancel();
    }

    public void Dispose()
    {
        foreach (var registration in registrations) registration.Dispose();
        stop.Dispose();
    }
}
