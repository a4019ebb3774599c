using System.Diagnostics;
using System.Text;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Tests.Store;

public sealed class PosixFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly PosixFiles files = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ReplaceKeepsWhatWasThereWhenWritingFails()
    {
        files.Replace(folder["a"], s => s.Write("old"u8));
        Assert.Throws<InvalidOperationException>(() => files.Replace(folder["a"], s =>
        {
            s.Write("new"u8);
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", File.ReadAllText(folder["a"]));
        Assert.Equal(["a"], files.List(folder.Path));
        files.Replace(folder["a"], s => s.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(folder["a"]));
    }

    [Fact]
    public void ANameIsCreatedOnce()
    {
        Assert.True(files.TryCreate(folder["a"], "first"u8.ToArray()));
        Assert.False(files.TryCreate(folder["a"], "second"u8.ToArray()));
        Assert.Equal("first", File.ReadAllText(folder["a"]));
        Assert.Equal(["a"], files.List(folder.Path));
    }

    [Fact]
    public void ASecretIsForItsOwnersEyesOnlyAndCreatedOnce()
    {
        Assert.True(PosixFiles.TryCreateSecret(folder["secret"], "first"u8.ToArray()));
        Assert.False(PosixFiles.TryCreateSecret(folder["secret"], "second"u8.ToArray()));
        Assert.Equal("first", File.ReadAllText(folder["secret"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(folder["secret"]).UnixFileMode);
        Assert.Equal(["secret"], files.List(folder.Path));
    }

    [Fact]
    public void LinesOfManyWritersDoNotMix()
    {
        var text = Enumerable.Range(0, 4).Select(i => new string((char)('a' + i), 3000) + "\n").ToList();
        Parallel.For(0, 400, i => files.Append(folder["log"], Encoding.ASCII.GetBytes(text[i % 4])));
        Assert.Equal([100, 100, 100, 100], File.ReadLines(folder["log"]).GroupBy(l => l + "\n").OrderBy(g => g.Key).Select(g => g.Count()));
        Assert.Equal(text.Order(), File.ReadLines(folder["log"]).Select(l => l + "\n").Distinct().Order());
    }

    [Fact]
    public void WhatIsMissingIsNotAnError()
    {
        Assert.Null(files.OpenRead(folder["no/such"]));
        Assert.Empty(files.List(folder["no"]));
        files.Delete(folder["no/such"]);
    }

    [Fact]
    public void AFolderIsNoFile() =>
        Assert.Equal($"Can't read {folder.Path}: a folder, a device or a pipe is there.", Assert.Throws<RunStoreException>(() => files.OpenRead(folder.Path)).Message);

    [Fact]
    public void AFullDiskIsSaidSo()
    {
        var error = Assert.Throws<RunStoreException>(() => files.Append("/dev/full", "line\n"u8));
        Assert.Equal(
            "Can't append to /dev/full: No space left on device"
            + " (disk or quota full: free space, then resume; what was there before is intact)",
            error.Message);
    }

    [Fact]
    public void APathBelowAFileIsRefusedInOneLine()
    {
        File.WriteAllText(folder["file"], "");
        var below = folder["file/run"];
        Assert.All(
            new Action[]
            {
                () => files.CreateFolder(below), () => files.Replace(below, _ => { }), () => files.TryCreate(below, default),
                () => files.Append(below, "x"u8), () => files.TryLock(below, LockMode.Exclusive, "me"),
            },
            call =>
            {
                var error = Assert.Throws<RunStoreException>(call);
                Assert.StartsWith("Can't ", error.Message, StringComparison.Ordinal);
                Assert.Contains(below, error.Message, StringComparison.Ordinal);
                Assert.DoesNotContain('\n', error.Message);
            });
    }

    [Fact]
    public void SharedLocksRefuseExclusiveOnesOnly()
    {
        using (Assert.IsType<IDisposable>(files.TryLock(folder["lock"], LockMode.Shared, "one"), exactMatch: false))
        using (Assert.IsType<IDisposable>(files.TryLock(folder["lock"], LockMode.Shared, "two"), exactMatch: false))
            Assert.Null(files.TryLock(folder["lock"], LockMode.Exclusive, "three"));
        using (Assert.IsType<IDisposable>(files.TryLock(folder["lock"], LockMode.Exclusive, "four"), exactMatch: false))
            Assert.Null(files.TryLock(folder["lock"], LockMode.Shared, "five"));
        Assert.Equal("four", File.ReadAllText(folder["lock"]));
    }

    [Fact]
    public void ALockHoldsBetweenProcessesAndDiesWithItsHolder()
    {
        using (files.TryLock(folder["lock"], LockMode.Exclusive, "me"))
        {
            using var refused = Process.Start("flock", ["--nonblock", folder["lock"], "true"]);
            refused.WaitForExit();
            Assert.Equal(1, refused.ExitCode);
        }

        using var other = Process.Start(new ProcessStartInfo("flock", ["--no-fork", folder["lock"], "bash", "-c", "echo held; read"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false,
        })!;
        Assert.Equal("held", other.StandardOutput.ReadLine());
        Assert.Null(files.TryLock(folder["lock"], LockMode.Shared, "me"));
        other.Kill();
        other.WaitForExit();
        using var mine = files.TryLock(folder["lock"], LockMode.Exclusive, "me");
        Assert.NotNull(mine);
    }
}
