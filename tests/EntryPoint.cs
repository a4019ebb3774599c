using Kindred.Tests.Cluster;
using Xunit.Runner.InProc.SystemConsole;

namespace Kindred.Tests;

internal static class EntryPoint
{
    /// <summary>Runs the tests; or, where a test started this as another process, a node.</summary>
    public static Task<int> Main(string[] args) => args is [OtherProcess.Argument, ..] ? OtherProcess.RunAsync(args) : ConsoleRunner.Run(args);
}
