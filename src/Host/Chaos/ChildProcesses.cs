using System.Diagnostics;

namespace Kindred.Host.Chaos;

/// <summary>
/// Starts processes that the kernel kills when this one dies. That is bound to the thread which started them
/// (PR_SET_PDEATHSIG), so a thread of its own does and lives until <see cref="Dispose"/>, which kills nothing.
/// </summary>
internal sealed class ChildProcesses : IDisposable
{
    private readonly TaskCompletionSource ended = new();

    /// <exception cref="System.ComponentModel.Win32Exception">The program isn't there.</exception>
    public Process Start(ProcessStartInfo child)
    {
        var wrapped = new ProcessStartInfo("setpriv", ["--pdeathsig", "KILL", child.FileName, .. child.ArgumentList])
        {
            UseShellExecute = false,
            RedirectStandardOutput = child.RedirectStandardOutput,
            RedirectStandardError = child.RedirectStandardError,
            RedirectStandardInput = child.RedirectStandardInput,
        };
        wrapped.Environment.Clear();
        foreach (var (key, value) in child.Environment)
            wrapped.Environment[key] = value;

        var started = new TaskCompletionSource<Process>();
        new Thread(() =>
        {
            try
            {
                started.SetResult(Process.Start(wrapped)!);
            }
            catch (Exception failure)
            {
                started.SetException(failure);
                return;
            }

            ended.Task.Wait();
        }) { IsBackground = true, Name = $"parent of {child.FileName}" }.Start();
        return started.Task.GetAwaiter().GetResult();
    }

    public void Dispose() => ended.TrySetResult();
}
