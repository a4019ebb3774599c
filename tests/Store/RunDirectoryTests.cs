using System.Diagnostics;
using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;

namespace Kindred.Tests.Store;

public sealed class RunDirectoryTests : IDisposable
{
    private static readonly Dictionary<string, string> Versions = new() { ["libtorch"] = "1.13.1", ["kindred"] = "0.1" };

    private readonly TemporaryFolder folder = new();
    private readonly PosixFiles files = new();

    private string Run => folder["runs/a"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ANewRunCanBeOpenedAgain()
    {
        using (var run = Create())
        {
            Assert.Equal(1, run.Terms.TryClaim("me"));
            run.Terms.WriteStart(new(1, 0, 0));
            run.Metrics.Append(new MetricsLine("step", 1, 0, 1).ToString());
        }

        using var again = Open();
        Assert.Equal("seed = 1", RunDirectory.ReadConfiguration(files, Run));
        Assert.Equal(1, again.Terms.NewestClaim());
        Assert.Equal(1, Assert.Single(again.ReadMetrics()).At.Step);
        var versions = File.ReadAllText(RunDirectory.VersionsOf(Run));
        Assert.Matches("(?s)kindred.*0.1.*libtorch.*1.13.1", versions);
    }

    [Fact]
    public void ACommitThatIsThereTwiceIsSeen()
    {
        using var run = WithCommits([new(1, 1), new(1, 2), new(1, 3), new(2, 3), new(3, 5), new(4, 4), new(2, 3), new(4, 3)]);
        Assert.Equal(
            [new(1, 1), new(1, 2), new(2, 3), new(4, 4), new(2, 3), new(4, 3)], // 3 again under its own term, and under the next on the chain
            run.ReadCommits());
        Assert.Equal([1, 2, 4, 3], run.ReadMetrics().Where(m => m.Event == "step").Select(m => m.At.Step));
    }

    [Fact]
    public void TheBenchmarksSeeItToo()
    {
        Assert.SkipUnless(SafetensorsTests.Python("") is "", "needs python3");
        var script = $"import sys; sys.path.insert(0, '{Checkout.Folder}/bench'); sys.dont_write_bytecode = True; import cluster, runs; "
            + $"commits = runs.commits('{Run}'); print(commits, cluster.once_each(commits, 4))";
        TermStep[] once = [new(1, 1), new(1, 2), new(1, 3), new(2, 3), new(3, 5), new(4, 4)];
        WithCommits(once).Dispose();
        Assert.Equal("[(1, 1), (1, 2), (2, 3), (4, 4)] True\n", SafetensorsTests.Python(script));
        WithCommits([.. once, new(4, 3)]).Dispose();
        Assert.Equal("[(1, 1), (1, 2), (2, 3), (4, 4), (4, 3)] False\n", SafetensorsTests.Python(script));
    }

    [Fact]
    public void ARunThatWasStoppedOrFailedSinceItWasOpenedHasEndedUntilALaterTermIsClaimed()
    {
        var stopped = new RunEnd(new TermStep(1, 1), Finished: false, null);
        using (var run = WithCommits([new(1, 1)])) // and four claims
            run.End.Write(stopped, term: 4);
        using var opened = Open();
        Assert.Null(opened.End.Read(lastStep: 9));
        Assert.Equal(5, opened.Terms.TryClaim("b"));
        opened.End.Write(stopped, term: 5);
        Assert.Equal(stopped, opened.End.Read(lastStep: 9));
        opened.End.Write(stopped with { Reason = new DivergedException("step 2 diverged") }, term: 5);
        Assert.Equal("step 2 diverged", Assert.IsType<DivergedException>(opened.End.Read(lastStep: 9)?.Reason).Message);
        Assert.Equal(6, opened.Terms.TryClaim("c"));
        Assert.Null(opened.End.Read(lastStep: 9));
    }

    [Fact]
    public void ARunThatFailedBeforeItsFirstTermHasEndedToo()
    {
        using var run = Create();
        var failed = new RunEnd(default, Finished: false, new RunStoreException("the disk is full"));
        run.End.Write(failed, term: 0);
        Assert.Equal("the disk is full", run.End.Read(lastStep: 9)?.Reason?.Message);
        run.Dispose();
        using var again = Open(); // to go on with it
        Assert.Null(again.End.Read(lastStep: 9));
        Assert.Equal(1, again.Terms.TryClaim("a"));
        Assert.Null(again.End.Read(lastStep: 9));
    }

    [Fact]
    public void ARunThatIsOverWasFinishedUnlessItIsToGoFurther()
    {
        using var run = WithCommits([new(1, 1)]);
        var end = new RunEnd(new TermStep(1, 1), Finished: true, null);
        run.End.Write(end, term: 1);
        Assert.Equal(end, run.End.Read(lastStep: 1));
        Assert.Null(run.End.Read(lastStep: 2));
    }

    [Fact]
    public void AnEndThatCouldntBeReadAtTheOpeningIsNoNewOne()
    {
        WithCommits([new(1, 1)]).Dispose();
        File.WriteAllText(RunDirectory.EndOf(Run), "{");
        using var run = Open();
        run.End.Write(new RunEnd(new TermStep(1, 1), Finished: false, null), term: 4);
        Assert.Null(run.End.Read(lastStep: 9));
    }

    [Fact]
    public void ARunIsNotOverwrittenUnlessAskedFor()
    {
        using (var run = Create())
        {
            run.Terms.TryClaim("me");
            run.Terms.WriteStart(new(1, 0, 0));
            run.Checkpoints.WriteManifest(new(1, 1), [run.Checkpoints.WritePart(new(1, 1), "model", s => s.Write("x"u8))]);
            run.Metrics.Append("{}");
        }

        foreach (var name in new[] { "stop", "probe", "not-bit-exact" }) // of the old run, whose network the new one may not have
            File.WriteAllText(Path.Combine(Run, name), "old");
        File.WriteAllText(Path.Combine(Run, "notes.txt"), "mine");
        Assert.Contains($"`kindred resume {Run}`", Assert.Throws<RunStoreException>(() => Create()).Message, StringComparison.Ordinal);
        Assert.NotNull(new Terms(files, RunDirectory.TermsOf(Run)).OwnerOf(1));

        using var anew = Create(overwrite: true);
        Assert.Equal(0, anew.Terms.NewestClaim());
        Assert.Empty(files.List(RunDirectory.CheckpointsOf(Run)));
        Assert.Equal(["config.hocon", "lock", "notes.txt", "versions.json"], files.List(Run));
    }

    [Fact]
    public void AFolderWithOtherFilesCanBecomeARun()
    {
        Directory.CreateDirectory(Run);
        File.WriteAllText(Path.Combine(Run, "notes.txt"), "mine");
        using var run = Create();
        Assert.Contains("notes.txt", files.List(Run));
    }

    [Fact]
    public void ASecondProcessIsRefusedAndToldWhoHoldsTheRun()
    {
        using (Create(holder: "process 4711 on gpu3"))
        {
            foreach (var start in new Func<RunDirectory>[] { Open, () => Create(overwrite: true) })
                Assert.Contains("in use by process 4711 on gpu3", Assert.Throws<RunStoreException>(start).Message, StringComparison.Ordinal);
            using var process = Process.Start("flock", ["--nonblock", Path.Combine(Run, "lock"), "true"]);
            process.WaitForExit();
            Assert.Equal(1, process.ExitCode);
            Assert.NotNull(RunDirectory.OpenToRead(files, Run, Assert.Fail));
        }

        using var free = Open();
    }

    [Fact]
    public void ClusterNodesShareARunAndRefuseALocalStart()
    {
        Create().Dispose();
        using var one = RunDirectory.Open(files, Run, "node 1", LockMode.Shared, Assert.Fail);
        using var two = RunDirectory.Open(files, Run, "node 2", LockMode.Shared, Assert.Fail);
        Assert.Throws<RunStoreException>(Open);
    }

    [Fact]
    public void AStartCleansUpAfterADeath()
    {
        Create().Dispose();
        var torn = Path.Combine(RunDirectory.CheckpointsOf(Run), "t0001-s000000001.model.safetensors.x.tmp");
        File.WriteAllText(torn, "half");
        File.WriteAllText(RunDirectory.MetricsOf(Run), "{}\n{\"eve");
        using (RunDirectory.Open(files, Run, "node", LockMode.Shared, Assert.Fail))
            Assert.True(File.Exists(torn)); // a node can't know whether another is still writing it
        using var run = Open();
        Assert.False(File.Exists(torn));
        Assert.Equal("{}\n", File.ReadAllText(RunDirectory.MetricsOf(Run)));
    }

    [Fact]
    public void WhereThereIsNoRunNoneIsOpenedAndNothingIsLeft()
    {
        Assert.Contains("holds no run", Assert.Throws<RunStoreException>(Open).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Run));
    }

    [Fact]
    public void AFolderThatCannotBeMadeIsNamed()
    {
        File.WriteAllText(folder["runs"], "a file");
        Assert.Contains(Run, Assert.Throws<RunStoreException>(() => Create()).Message, StringComparison.Ordinal);
    }

    /// <summary>Whatever write or deletion a death comes at: then there is the old run, the new run, or none but its remains.</summary>
    [Fact]
    public void ADeathWhileOverwritingNeverLeavesAMixture()
    {
        for (var calls = 0; ; calls++)
        {
            using (var old = Create(overwrite: true))
            {
                old.Terms.TryClaim("old");
                old.Terms.WriteStart(new(1, 0, 0));
            }

            try
            {
                RunDirectory.Create(new DiesAfter(files, calls), Run, "me", "new", Versions, overwrite: true, Assert.Fail).Dispose();
                Assert.InRange(calls, 5, 20);
                return;
            }
            catch (OperationCanceledException)
            {
                if (File.Exists(RunDirectory.ConfigurationOf(Run)))
                    Assert.Equal("old", new Terms(files, RunDirectory.TermsOf(Run)).OwnerOf(1));
            }
        }
    }

    /// <summary>Terms 1, 2 from step 2, and 4 from step 3 are the chain; term 3, from step 4, was abandoned.</summary>
    private RunDirectory WithCommits(TermStep[] commits)
    {
        var run = Create(overwrite: true);
        foreach (var start in new StartRecord[] { new(1, 0, 0), new(2, 1, 2), new(3, 2, 4), new(4, 2, 3) })
        {
            run.Terms.TryClaim($"{start.Term}");
            run.Terms.WriteStart(start);
            run.Metrics.Append(new MetricsLine("resume", start.Step, 0, start.Term).ToString());
        }

        foreach (var at in commits)
            run.Metrics.Append(new MetricsLine("step", at.Step, 0, at.Term).ToString());
        return run;
    }

    private RunDirectory Create(bool overwrite = false, string holder = "me") =>
        RunDirectory.Create(files, Run, holder, "seed = 1", Versions, overwrite, Assert.Fail);

    private RunDirectory Open() => RunDirectory.Open(files, Run, "me", LockMode.Exclusive, Assert.Fail);

    private sealed class DiesAfter(IFiles inner, int calls) : DecoratedFiles(inner)
    {
        private int left = calls;

        public override void Replace(string path, Action<Stream> write) => Alive(() => base.Replace(path, write));

        public override void Delete(string path) => Alive(() => base.Delete(path));

        public override void CreateFolder(string folder) => Alive(() => base.CreateFolder(folder));

        private void Alive(Action call)
        {
            if (left-- == 0)
                throw new OperationCanceledException("killed");
            call();
        }
    }
}
