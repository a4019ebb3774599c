using System.Diagnostics;

namespace Kindred.Host.Chaos;

/// <summary>A <c>kindred</c> process that is started again whenever it dies, until it ends with 0.</summary>
internal sealed class SupervisedNode : IDisposable
{
    private static readonly TimeSpan Restart = TimeSpan.FromSeconds(1);
    private readonly ChildProcesses children = new();
    private readonly string[] arguments;
    private readonly StreamWriter log;
    private readonly PrivateNetwork? network;
    private Process? process;

    /// <param name="name">What it is called in lines for people.</param>
    /// <param name="arguments">Of <c>kindred</c>.</param>
    /// <param name="log">What it says is appended to this file.</param>
    /// <param name="network">Where it runs; null: the machine's.</param>
    public SupervisedNode(string name, string[] arguments, string log, PrivateNetwork? network = null)
    {
        (Name, this.arguments, this.network) = (name, arguments, network);
        this.log = new StreamWriter(log, append: true) { AutoFlush = true };
    }

    public string Name { get; }

    /// <summary>The exit code of its last life; 0 before the end of the first.</summary>
    public int LastCode { get; private set; }

    /// <summary>It ended with what no restart mends: codes 2 to 5.</summary>
    public bool IsRefused => LastCode is >= 2 and <= 5;

    public void Signal(string name)
    {
        lock (children)
        {
            if (process is { HasExited: false } alive)
                Process.Start("kill", [$"-{name}", $"{alive.Id}"]).WaitForExit();
        }
    }

    /// <summary>Returns when it has ended with 0, or with what no restart mends (a refusal: codes 2 to 5).</summary>
    public async Task<int> SuperviseAsync(TimeProvider clock, CancellationToken cancel)
    {
        while (true)
        {
            var life = StartNext();
            await life.WaitForExitAsync(cancel);
            LastCode = life.ExitCode;
            if (LastCode == 0 || IsRefused)
                return LastCode;
            await Task.Delay(Restart, clock, cancel);
        }
    }

    public void Dispose()
    {
        if (process is { HasExited: false })
            process.Kill();
        process?.WaitForExit();
        process?.Dispose();
        children.Dispose();
        log.Dispose();
    }

    private Process StartNext()
    {
        lock (children)
        {
            process?.Dispose();
            return process = Start();
        }
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments)
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var started = children.Start(network?.Inside(start) ?? start);
        started.OutputDataReceived += (_, line) => Write(line.Data);
        started.ErrorDataReceived += (_, line) => Write(line.Data);
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        return started;
    }

    private void Write(string? line)
    {
        lock (log)
            log.WriteLine(line);
    }
}
