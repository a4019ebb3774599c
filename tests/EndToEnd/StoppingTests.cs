using Kindred.Actors.Protocol.Store;

namespace Kindred.Tests.EndToEnd;

/// <summary>However a run is interrupted, it ends in the state of one that wasn't.</summary>
public sealed class StoppingTests(StoppingTests.Uninterrupted reference) : IClassFixture<StoppingTests.Uninterrupted>, IDisposable
{
    private readonly Workplace work = new();

    public void Dispose() => work.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Kill_9_at_a_random_step(int seed)
    {
        var random = new Random(seed);
        using (var run = work.Start($"{Workplace.Short} run=r"))
        {
            run.UntilStep(random.Next(1, 8)).Signal("KILL");
            Assert.Equal(128 + 9, run.End().Code);
        }

        ResumesToTheSameEnd();
    }

    [Fact]
    public void A_closed_terminal_saves_first()
    {
        var wrapper = $"python3 {Path.Combine(AppContext.BaseDirectory, "EndToEnd", "closed_terminal.py")} r/metrics.jsonl";
        work.Run("train data.path=cifar model=resnet8 batch=16 epochs=5000 eval.every=0 checkpoint.every=0 run=r", wrapper).Succeeds();
        Assert.True(long.Parse(work.State("r").Split('\n')[0]["step ".Length..]) >= 2);
    }

    [Fact]
    public void Killed_twice()
    {
        using (var run = work.Start($"{Workplace.Short} run=r"))
            run.UntilStep(3).Signal("KILL");
        using (var run = work.Start("resume r"))
            run.UntilStep(6).Signal("KILL");
        ResumesToTheSameEnd();
    }

    [Fact]
    public void SIGTERM_saves_and_is_no_failure()
    {
        using (var run = work.Start($"{Workplace.Short} checkpoint.every=0 run=r"))
        {
            run.UntilStep(3).Signal("TERM");
            var ended = run.End();
            Assert.Equal((0, "kindred: stopping in order; a second signal stops at once"), (ended.Code, Assert.Single(ended.Errors)));
            Assert.Contains("stopped at step ", ended.Output);
        }

        ResumesToTheSameEnd();
    }

    [Fact]
    public void Committed_steps_without_a_checkpoint_are_trained_again_and_it_is_said()
    {
        using (var run = work.Start($"{Workplace.Short} checkpoint.every=0 run=r"))
        {
            run.UntilStep(3).Signal("KILL");
            Assert.Equal(128 + 9, run.End().Code);
        }

        Assert.Contains(work.Run("resume r").Succeeds().Warnings, line => line.Contains("no checkpoint is there: the "));
        Assert.Equal(reference.State, work.State("r"));
    }

    [Fact]
    public void SIGTERM_while_the_data_is_opened()
    {
        var data = File.ReadAllBytes(work["cifar/data_batch_1.bin"]);
        work.MakePipe("cifar/data_batch_1.bin");
        using var run = work.Start($"{Workplace.Short} run=r");
        using (var pipe = work.Held("cifar/data_batch_1.bin"))
        {
            run.Signal("TERM");
            Assert.StartsWith("kindred: stopping", run.UntilError());
            pipe.Write(data);
        }

        Assert.Equal("stopped before the training began\n", run.End().Succeeds().Output);
        Assert.False(Directory.Exists(work["r"]));
    }

    [Fact]
    public void SIGTERM_while_it_looks_whether_another_machine_trains_the_run()
    {
        work.Run($"{Workplace.Short} steps=2 run=r").Succeeds();
        new CoordinatorFile("a", 1, "there", 1, 2, "running", null, ["a"], [], DateTimeOffset.UnixEpoch).Write(new PosixFiles(), work["r"]);
        using var run = work.Start("resume r");
        Assert.Contains("looking for 10 s", run.UntilError());
        run.Signal("TERM");
        var ended = run.End();
        Assert.Equal((0, "stopped before the training began\n"), (ended.Code, ended.Output));
    }

    [Fact]
    public void SIGTERM_ends_a_command_that_saves_nothing_at_once()
    {
        work.Run($"{Workplace.Short} steps=2 run=r").Succeeds();
        work.MakePipe("cifar/test_batch.bin");
        using var run = work.Start("eval r");
        using var pipe = work.Held("cifar/test_batch.bin");
        run.Signal("TERM");
        var ended = run.End();
        Assert.Equal((128 + 15, "", ""), (ended.Code, ended.Output, ended.Error));
    }

    /// <summary>
    /// The process is stopped while a part of a checkpoint has its temporary name, gets the signal then, and goes on: with a
    /// checkpoint of several MiB after every step one of the first tries hits.
    /// </summary>
    [Fact]
    public void SIGTERM_during_a_save()
    {
        using (var run = work.Start($"{Workplace.Short} model=resnet8x4 checkpoint.every=1 run=r"))
        {
            run.UntilStep(1);
            var caught = StoppedInASave.Wait(run, work["r/checkpoints"]);
            run.Signal("TERM");
            Assert.True(File.Exists(caught), "the save went on meanwhile");
            run.Signal("CONT");
            Assert.Equal(0, run.End().Code);
        }

        Assert.Empty(StoppedInASave.Unfinished(work["r/checkpoints"]));
        Assert.Contains("done at step 8", work.Run("resume r").Succeeds().Output);
        work.Run($"{Workplace.Short} model=resnet8x4 run=whole").Succeeds();
        Assert.Equal(work.State("whole"), work.State("r"));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], work.Steps("r"));
    }

    /// <summary>On the synthetic set, whose evaluation takes longer than a signal.</summary>
    [Fact]
    public void A_second_signal_stops_at_once()
    {
        using (var run = work.Start($"{Workplace.Short} data=synthetic data.limit=64 run=r"))
        {
            run.UntilStep(3).Signal("TERM");
            Assert.StartsWith("kindred: stopping", run.UntilError());
            run.Signal("TERM");
            Assert.Equal(128 + 15, run.End().Code);
        }

        Assert.Contains("done at step 8", work.Run("resume r").Succeeds().Output);
    }

    [Fact]
    public void A_full_disk_loses_nothing()
    {
        using (var run = work.Start($"{Workplace.Short} run=r"))
        {
            run.UntilStep(4).Signal("TERM");
            run.End();
        }

        var before = work.State("r");
        work.Run("resume r", wrapper: "ulimit -f 100;").Fails(4, "model.safetensors: File too large", "raise it, then resume");
        Assert.Equal(before, work.State("r"));
        ResumesToTheSameEnd();
    }

    private void ResumesToTheSameEnd()
    {
        Assert.Contains("done at step 8", work.Run("resume r").Succeeds().Output);
        Assert.Equal(reference.State, work.State("r"));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], work.Steps("r"));
    }

    /// <summary>The run that nobody interrupts.</summary>
    public sealed class Uninterrupted() : Undisturbed($"{Workplace.Short} run=r");
}
