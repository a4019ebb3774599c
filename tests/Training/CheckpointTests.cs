using Kindred.Actors.Protocol.Store;
using Kindred.Tests.Store;

namespace Kindred.Tests.Training;

/// <summary>Checkpoints on a disk that is slower than the training, or fails once.</summary>
public sealed class CheckpointTests
{
    [Fact]
    public async Task NoCopiesOfTheStateWaitForASlowDisk()
    {
        using var trained = new ManualResetEventSlim();
        var saved = new List<long>();
        await using var cluster = new Cluster
        {
            CheckpointEvery = 1,
            Saved = saved.Add,
            Files = new PartFiles(writes: _ => trained.Wait()),
        };
        var end = await cluster.Run(committed: step =>
        {
            if (step.At.Step == cluster.LastStep)
                trained.Set();
        });
        Assert.Null(end.Reason);
        Assert.Equal([1, cluster.LastStep], saved);
        Assert.Equal(cluster.Expected(), cluster.Result());
        Assert.Single(cluster.Notes, n => n == "checkpoints are skipped until that of step 1 is on the disk");
    }

    [Fact]
    public async Task ACheckpointWhosePartIsLostKeepsNoLaterOneFromBeingWritten()
    {
        var failures = 0;
        var saved = new List<long>();
        await using var cluster = new Cluster
        {
            LastStep = 400,
            AnswerWithin = TimeSpan.FromMilliseconds(40),
            Saved = saved.Add,
            Files = new PartFiles(writes: path =>
            {
                if (path.Contains(CheckpointPart.Model, StringComparison.Ordinal) && Interlocked.Increment(ref failures) == 1)
                    throw new InvalidOperationException("the device fell off the bus");
            }),
        };
        Assert.Null((await cluster.Run()).Reason);
        Assert.True(failures > 1);
        Assert.InRange(saved.Count, 2, int.MaxValue);
    }

    [Theory]
    [InlineData(2000)]
    [InlineData(6)] // the last state's own writer hangs
    public async Task AnotherWorkerWritesWhenTheDiskOfOneHangs(int lastStep)
    {
        using var ended = new ManualResetEventSlim();
        var (writes, saved) = (0, new List<long>());
        await using var cluster = new Cluster
        {
            LastStep = lastStep,
            AnswerWithin = TimeSpan.FromMilliseconds(50),
            Saved = step =>
            {
                saved.Add(step);
                if (step == lastStep)
                    ended.Set();
            },
            Files = new PartFiles(writes: path =>
            {
                if (path.Contains(CheckpointPart.Model, StringComparison.Ordinal) && Interlocked.Increment(ref writes) == 1)
                    ended.Wait();
            }),
        };
        Assert.Null((await cluster.Run()).Reason);
        Assert.DoesNotContain(5, saved);
        Assert.Equal(cluster.Expected(), cluster.Result());
    }

    [Fact]
    public async Task ACoordinatorThatReadsALargeCheckpointIsHeardMeanwhile()
    {
        using var heard = new ManualResetEventSlim();
        var isResumed = false;
        await using var cluster = new Cluster
        {
            Files = new PartFiles(
                reads: _ =>
                {
                    if (isResumed)
                        Assert.True(heard.Wait(TimeSpan.FromSeconds(20)), "it says nothing while it reads");
                },
                renewed: () =>
                {
                    if (isResumed)
                        heard.Set();
                }),
        };
        await cluster.Run();
        isResumed = true;
        Assert.Null((await cluster.Run()).Reason);
        Assert.True(heard.IsSet);
    }

    /// <param name="writes">Called before a part of a checkpoint is written.</param>
    /// <param name="reads">Called before one is read.</param>
    /// <param name="renewed">The coordinator has said where it stands.</param>
    private sealed class PartFiles(Action<string>? writes = null, Action<string>? reads = null, Action? renewed = null) : DecoratedFiles(new PosixFiles())
    {
        private const string Part = ".safetensors";

        public override void Replace(string path, Action<Stream> write)
        {
            if (path.EndsWith(Part, StringComparison.Ordinal))
                writes?.Invoke(path);
            base.Replace(path, write);
            if (Path.GetFileName(path) == "coordinator.json")
                renewed?.Invoke();
        }

        public override Stream? OpenRead(string path)
        {
            if (path.EndsWith(Part, StringComparison.Ordinal))
                reads?.Invoke(path);
            return base.OpenRead(path);
        }
    }
}
