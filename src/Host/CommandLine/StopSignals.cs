using System.Runtime.InteropServices;

namespace Kindred.Host.CommandLine;

/// <summary>SIGTERM and Ctrl-C: the first asks for a graceful stop, a second one ends the process at once with 128 + its number.</summary>
internal sealed partial class StopSignals : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly PosixSignalRegistration[] registrations;
    private readonly Action<int> exit;
    private int seen;

    public StopSignals(TextWriter error, Action<int> exit)
    {
        this.exit = exit;
        void Handle(PosixSignalContext context)
        {
            context.Cancel = true;
            Received(context.Signal, error);
        }

        PosixSignal[] signals = [PosixSignal.SIGTERM, PosixSignal.SIGINT];
        registrations = [.. signals.Select(signal => PosixSignalRegistration.Create(signal, Handle))];
    }

    /// <summary>Ends the process without running exit handlers, which could wait for, or crash, threads that compute.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void ExitNow(int code);

    public CancellationToken Token => stop.Token;

    internal void Received(PosixSignal signal, TextWriter error)
    {
        if (Interlocked.Increment(ref seen) > 1)
        {
            exit(signal == PosixSignal.SIGTERM ? 143 : 130);
            return;
        }

        error.WriteLine("kindred: stopping after this step; a second signal stops at once");
        stop.Cancel();
    }

    public void Dispose()
    {
        foreach (var registration in registrations) registration.Dispose();
        stop.Dispose();
    }
}
