using Kindred.Actors.Bulk;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Data;
using Kindred.Host.Configuration;

namespace Kindred.Host.CommandLine;

/// <summary>What the program ends with.</summary>
public enum ExitCode
{
    /// <summary>Done, or stopped by SIGTERM or Ctrl-C after saving.</summary>
    Done = 0,

    /// <summary>Anything that has no code of its own.</summary>
    Failed = 1,

    /// <summary>Command line or configuration.</summary>
    Configuration = 2,

    Data = 3,

    /// <summary>Checkpoint or run directory.</summary>
    RunStore = 4,

    /// <summary>Loss or gradient became NaN or infinite.</summary>
    Diverged = 5,
}

/// <summary>How an exception ends the program: the only place that knows.</summary>
public static class Failure
{
    /// <returns>The exit code, and the one line for standard error.</returns>
    public static (ExitCode Code, string Line) Describe(Exception exception)
    {
        var cause = exception is AggregateException { InnerException: { } inner } ? inner : exception;
        var code = cause switch
        {
            ConfigurationException or LinkException => ExitCode.Configuration,
            DataException => ExitCode.Data,
            RunStoreException or InvalidDataException => ExitCode.RunStore,
            DivergedException => ExitCode.Diverged,
            _ => ExitCode.Failed,
        };
        var what = code == ExitCode.Failed && cause is not (NotSupportedException or InvalidOperationException or DllNotFoundException or RemoteException or OutputException)
            ? $"{cause.GetType().Name}: " : "";
        return (code, what + cause.Message.ReplaceLineEndings(" ").Trim());
    }
}
