namespace Kindred.Tests.EndToEnd;

/// <summary>Runs that are damaged, diverged or in use.</summary>
public sealed class RunDirectoryTests : IDisposable
{
    private const string Newest = "r/checkpoints/t0001-s000000008.model.safetensors";
    private readonly Workplace work = new();

    public void Dispose() => work.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_damaged_checkpoint_gives_way_to_the_one_before(bool truncated)
    {
        work.Run($"{Workplace.Short} run=r").Succeeds();
        var (whole, bytes) = (work.State("r"), File.ReadAllBytes(work[Newest]));
        bytes[bytes.Length / 2] ^= 4;
        File.WriteAllBytes(work[Newest], truncated ? bytes[..1000] : bytes);
        Assert.StartsWith("step 6\n", work.State("r"));
        var ended = work.Run("resume r").Succeeds();
        Assert.Contains($"{Newest} {(truncated ? "has 1000 of" : "was changed")}", Assert.Single(ended.Warnings));
        Assert.Equal(whole, work.State("r"));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], work.Steps("r"));
    }

    [Fact]
    public void No_checkpoint_that_can_be_used()
    {
        work.Run($"{Workplace.Short} run=r").Succeeds();
        foreach (var file in Directory.EnumerateFiles(work["r/checkpoints"], "*.model.safetensors"))
            File.WriteAllBytes(file, File.ReadAllBytes(file)[..1000]);
        foreach (var command in new[] { "resume r", "export r", "eval r", "inspect r" })
            work.Run(command).Fails(4, "No checkpoint in r/checkpoints can be used", "restore one, or train anew");
        Assert.False(File.Exists(work["encoder.safetensors"]));
    }

    [Fact]
    public void No_checkpoint_yet()
    {
        using var run = work.Start("train data.path=cifar model=resnet8 batch=16 epochs=5000 eval.every=0 checkpoint.every=0 run=r");
        run.UntilStep(1);
        work.Run("eval r").Fails(4, "r has no checkpoint, though it has committed", "While it is trained", "kindred resume r");
    }

    [Fact]
    public void A_checkpoint_of_another_architecture()
    {
        work.Run($"{Workplace.Short} run=r").Succeeds();
        var before = work.State("r");
        var written = File.ReadAllText(work["r/config.hocon"]);
        File.WriteAllText(work["r/config.hocon"], written.Replace("model = resnet8", "model = resnet14"));
        foreach (var command in new[] { "resume r", "export r", "eval r" })
            work.Run(command).Fails(4, "State 'parameters' is Float32 [90000]", "put the run's own config.hocon back");
        Assert.False(File.Exists(work["encoder.safetensors"]));
        File.WriteAllText(work["r/config.hocon"], written);
        Assert.Equal(before, work.State("r"));
    }

    [Fact]
    public void Divergence_keeps_the_checkpoint_before()
    {
        work.Run($"{Workplace.Short} steps=4 checkpoint.every=0 run=r").Succeeds();
        var (before, config) = (work.State("r"), File.ReadAllText(work["r/config.hocon"]));
        File.WriteAllText(work["r/config.hocon"], config.Replace("steps = 4", "steps = 8").Replace("lr = 0.5", "lr = 1e30"));
        work.Run("resume r").Fails(5, "diverged", "lower lr");
        Assert.Equal(before, work.State("r"));
    }

    [Theory]
    [InlineData("terms")]
    [InlineData("checkpoints")]
    public void A_part_that_is_missing_is_no_new_start(string folder)
    {
        work.Run($"{Workplace.Short} steps=2 run=r").Succeeds();
        Directory.Delete(work[$"r/{folder}"], recursive: true);
        work.Run("resume r steps=4").Fails(4, $"r/{folder} is missing", "put it back", "overwrite=true");
        Assert.False(Directory.Exists(work[$"r/{folder}"]));
    }

    [Fact]
    public void What_no_run_wrote_is_not_overwritten()
    {
        string[] mine = ["r/checkpoints/mine.txt", "r/checkpoints/t1.json", "r/terms/notes.claim", "r/thesis.txt"];
        foreach (var file in mine)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(work[file])!);
            File.WriteAllText(work[file], file);
        }

        work.Run($"{Workplace.Short} steps=1 overwrite=true run=r").Succeeds();
        work.Run($"{Workplace.Short} steps=1 seed=2 overwrite=true run=r").Succeeds();
        Assert.All(mine, file => Assert.Equal(file, File.ReadAllText(work[file])));
        Assert.Equal([1], work.Steps("r"));
    }

    [Fact]
    public void A_run_is_not_overwritten_unasked()
    {
        work.Run($"{Workplace.Short} steps=2 run=r").Succeeds();
        var before = work.State("r");
        work.Run($"{Workplace.Short} run=r").Fails(4, "r already holds a run", "kindred resume", "overwrite=true");
        Assert.Equal(before, work.State("r"));
        work.Run($"{Workplace.Short} steps=1 overwrite=true run=r").Succeeds();
        Assert.Equal([1], work.Steps("r"));
    }

    [Fact]
    public void A_log_that_cannot_be_written()
    {
        work.Run($"{Workplace.Short} steps=2 run=r").Succeeds();
        File.Delete(work["r/kindred.log"]);
        Directory.CreateDirectory(work["r/kindred.log"]);
        work.Run("resume r").Fails(4, "The log r/kindred.log can't be written", "move it away");
    }

    [Theory]
    [InlineData("metrics.jsonl", "Can't read r/metrics.jsonl: a folder, a device or a pipe is there")]
    [InlineData("config.hocon", "Can't read r/config.hocon: a folder, a device or a pipe is there")]
    [InlineData("kindred.log", "The log r/kindred.log can't be written (a folder, a device or a pipe is there)")]
    public void A_part_that_is_no_file(string part, string message)
    {
        work.Run($"{Workplace.Short} steps=2 run=r").Succeeds();
        foreach (var making in new[] { $"mkfifo r/{part}", $"ln -s /dev/zero r/{part}" })
            work.Run("resume r steps=4", wrapper: $"rm r/{part} && {making} &&").Fails(4, message);
    }

    [Fact]
    public void Output_that_cannot_be_written_ends_no_training()
    {
        var ended = work.Run($"{Workplace.Short} steps=4 run=r >/dev/full").Succeeds();
        Assert.Single(ended.Warnings, line => line.Contains("standard output can't be written (No space left on device"));
        Assert.Equal([1, 2, 3, 4], work.Steps("r"));
        Assert.StartsWith("step 4", work.State("r"));
        work.Run("inspect r >/dev/full").Fails(1, "standard output can't be written: No space left on device");
    }

    [Fact]
    public void While_it_trains_others_may_look_and_no_one_else_may_train()
    {
        using var run = work.Start($"{Workplace.Short} epochs=500 run=r");
        run.UntilStep(5);
        var status = work.Run("status r").Succeeds().Output;
        Assert.Contains("term 1\nstep ", status);
        Assert.Contains("newest checkpoint at step ", status);
        Assert.StartsWith("step ", work.State("r"));
        work.Run("resume r").Fails(4, "r is in use by process ", "stop it");
        run.Signal("TERM");
        Assert.Equal(0, run.End().Code);
        Assert.Equal(work.Steps("r").Distinct(), work.Steps("r"));
    }
}
