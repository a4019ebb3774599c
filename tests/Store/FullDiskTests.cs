using System.Diagnostics;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Tests.Store;

/// <summary>A full disk, stood for by a file-size limit: that one also holds for root. It holds for a process, so one is started.</summary>
public sealed class FullDiskTests
{
    private const string Variable = "KINDRED_TEST_FULL_DISK";

    [Fact]
    public void ACheckpointThatDoesNotFitLeavesTheOneBefore()
    {
        using var folder = new TemporaryFolder();
        // The runtime maps its own code through a file larger than the limit, unless write-xor-execute is off.
        var limited = new ProcessStartInfo("bash", ["-c", "ulimit -f 100; exec \"$@\"", "bash", Environment.ProcessPath!,
            "-noColor", "-explicit", "only", "-method", $"{typeof(FullDiskTests).FullName}.{nameof(InTheLimitedProcess)}"])
        {
            RedirectStandardOutput = true, UseShellExecute = false,
            Environment = { [Variable] = folder.Path, ["DOTNET_EnableWriteXorExecute"] = "0" },
        };
        using var process = Process.Start(limited)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);

        Assert.Contains("-s000000200.model.safetensors: File too large (the file-", File.ReadAllText(folder["error"]), StringComparison.Ordinal);
        var store = new CheckpointStore(new PosixFiles(), folder.Path, Assert.Fail);
        Assert.Equal(100, store.NewestValid(TermChain.Of([new(1, 0, 0)]))!.Step);
        Assert.DoesNotContain(new PosixFiles().List(folder.Path), name => name.EndsWith(IFiles.Temporary, StringComparison.Ordinal));
    }

    [Fact(Explicit = true)]
    public void InTheLimitedProcess()
    {
        var folder = Environment.GetEnvironmentVariable(Variable)!;
        var store = new CheckpointStore(new PosixFiles(), folder, Assert.Fail);
        Write(100, 50_000);
        var error = Assert.Throws<RunStoreException>(() => Write(200, 500_000));
        File.WriteAllText(Path.Combine(folder, "error"), error.Message);

        void Write(long step, int length) =>
            store.WriteManifest(new(1, step), [store.WritePart(new(1, step), "model", s => s.Write(new byte[length]))]);
    }
}
