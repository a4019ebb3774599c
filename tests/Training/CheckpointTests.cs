using Kindred.Actors.Engines;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Simulation.Tensors;
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

    /// <summary>Others have written since, and older checkpoints were deleted.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AWorkerWhoseDiskComesBackEndsNoRun(bool fails)
    {
        using var back = new ManualResetEventSlim();
        var (begun, isOver, saved, commits) = (0, false, 0, 0);
        LocalEngine? engine = null;
        await using var cluster = new Cluster
        {
            LastStep = 1_000_000,
            AnswerWithin = TimeSpan.FromMilliseconds(50),
            Saved = _ =>
            {
                if (++saved == 4)
                    back.Set();
            },
            Files = new PartFiles(
                written: path =>
                {
                    if (!path.Contains(CheckpointPart.Model, StringComparison.Ordinal) || Interlocked.Increment(ref begun) > 1)
                        return;
                    back.Wait();
                    if (fails)
                        throw new RunStoreException($"Can't write {path}: stale file handle.");
                },
                closed: () => isOver |= back.IsSet),
        };
        var end = await cluster.Run(
            committed: _ =>
            {
                if (isOver && ++commits == 100)
                    engine!.Find(Guardian.Path)!.Tell(new StopRun());
            },
            started: running => engine = running);
        Assert.Null(end.Reason);
        Assert.Equal(fails, cluster.Notes.Exists(n => n.EndsWith("stale file handle.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task TheLastWorkerThereIsHasTheDiskThatHangs()
    {
        using var back = new ManualResetEventSlim();
        var (begun, commits, gone) = (0, 0, "");
        LocalEngine? engine = null;
        await using var cluster = new Cluster
        {
            LastStep = 1_000_000,
            AnswerWithin = TimeSpan.FromMilliseconds(50),
            Between = coordinator => new ChangedLine(coordinator, (message, sender) =>
            {
                if (message is StateSaved { Part.Name: CheckpointPart.Model } && gone.Length == 0)
                    gone = sender.Path;
                return message;
            }),
            Encoder = worker => new HashEncoder
            {
                BeforeEncode = _ =>
                {
                    if (gone.EndsWith($"worker-{worker}", StringComparison.Ordinal))
                        throw new InvalidOperationException("the device fell off the bus");
                },
            },
            Files = new PartFiles(writes: path =>
            {
                if (path.Contains(CheckpointPart.Model, StringComparison.Ordinal) && Interlocked.Increment(ref begun) == 1)
                    back.Wait();
            }),
        };
        var end = await cluster.Run(
            committed: _ =>
            {
                if (gone.Length == 0 || ++commits < 1000)
                    return;
                back.Set();
                engine!.Find(Guardian.Path)!.Tell(new StopRun());
            },
            started: running => engine = running);
        Assert.Null(end.Reason);
        Assert.Single(cluster.Notes, n => n.Contains("failed again and again", StringComparison.Ordinal));
        Assert.Single(cluster.Notes, n => n.StartsWith("started term", StringComparison.Ordinal));
    }

    /// <summary>The rows of thousands of commits are let go: without them a keeper that is lost takes the run back.</summary>
    [Fact]
    public async Task AKeeperWhoseDiskHangsFillsNoMemory()
    {
        using var ended = new ManualResetEventSlim();
        var (hangs, fails) = (true, false);
        await using var cluster = new Cluster
        {
            LastStep = 4200,
            Contrast = () => new HashContrast(needsWholeBatch: true)
            {
                BeforeAnswer = _ =>
                {
                    if (!fails)
                        return;
                    (fails, hangs) = (false, false);
                    ended.Set();
                    throw new InvalidOperationException("out of memory");
                },
            },
            Files = new PartFiles(writes: path =>
            {
                if (hangs && path.Contains(CheckpointPart.Keeper, StringComparison.Ordinal))
                    ended.Wait();
            }),
        };
        Assert.Null((await cluster.Run(committed: step => fails |= hangs && step.At is { Term: 1, Step: 4100 })).Reason);
        Assert.Contains(cluster.Notes, n => n.Contains("the bank of step 4100 is lost", StringComparison.Ordinal));
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
    /// <param name="written">Called when it is written, and has its name not yet.</param>
    /// <param name="closed">Called after that, whether it has or couldn't be written.</param>
    /// <param name="reads">Called before one is read.</param>
    /// <param name="renewed">The coordinator has said where it stands.</param>
    private sealed class PartFiles(
        Action<string>? writes = null, Action<string>? written = null, Action? closed = null, Action<string>? reads = null, Action? renewed = null)
        : DecoratedFiles(new PosixFiles())
    {
        private const string Part = ".safetensors";

        public override void Replace(string path, Action<Stream> write)
        {
            if (path.EndsWith(Part, StringComparison.Ordinal))
                ReplacePart(path, write);
            else
                base.Replace(path, write);
            if (Path.GetFileName(path) == "coordinator.json")
                renewed?.Invoke();
        }

        private void ReplacePart(string path, Action<Stream> write)
        {
            writes?.Invoke(path);
            try
            {
                base.Replace(path, stream =>
                {
                    write(stream);
                    written?.Invoke(path);
                });
            }
            finally
            {
                closed?.Invoke();
            }
        }

        public override Stream? OpenRead(string path)
        {
            if (path.EndsWith(Part, StringComparison.Ordinal))
                reads?.Invoke(path);
            return base.OpenRead(path);
        }
    }
}
