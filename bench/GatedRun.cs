using Kindred.Actors.Engines;
using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Gpu.Step;

namespace Kindred.Bench;

/// <summary>
/// A run under all five actors on the local engine, one worker and one shard, whose DataActor serves the same prepared views for
/// every step, and which takes a block of steps at a time. It writes its metrics, but saves and evaluates only after its last step.
/// </summary>
internal sealed class GatedRun : IRunObserver, IDisposable
{
    private readonly TaskCompletionSource<RunEnd> end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("kindred-bench-");
    private readonly RunDirectory directory;
    private readonly LocalEngine engine = new(new EngineOptions());
    private readonly Gate gate;

    /// <param name="parts">What the actors compute with.</param>
    /// <param name="block">Steps of a block.</param>
    /// <param name="blocks">Blocks of the run; one more step ends it.</param>
    public GatedRun(StepParts parts, int block, int blocks)
    {
        gate = new Gate(block);
        directory = RunDirectory.Create(
            new PosixFiles(), folder.FullName, "kindred-bench", configuration: "", new Dictionary<string, string>(StringComparer.Ordinal),
            overwrite: false, Console.Error.WriteLine);
        var (recipe, last) = (parts.Recipe, (long)block * blocks + 1);
        var options = new RunOptions(
            recipe.Plan, Shards: 1, last, Workers: 1, WaitsForMembers: false, CheckpointEvery: 0, KeepCheckpoints: 2, EvaluateEvery: 0, KeepBest: false,
            AnswerWithin: TimeSpan.FromMinutes(10), // a block of the other program is no reason to ask again
            Identity: $"kindred-bench/{Guid.NewGuid():N}");
        List<(string, Role, Func<IActorRef, Actor>)> members =
        [
            ("data", Role.Data, coordinator => new DataActor(new CachedViews(parts.Views), threads: 1, coordinator)),
            ("evaluator", Role.Evaluator, coordinator => new Evaluator(new NoEvaluation(), coordinator)),
            ("keeper", Role.Keeper, coordinator => new SupportSetKeeper(recipe.Contrast(), shards: 1, directory.Checkpoints, coordinator)),
            ("worker", Role.Worker, coordinator => new EncoderWorker(
                new GatedEncoder(recipe.Encoder(parts.Device), gate), new FlatSum(), recipe.Plan, last, graphs: 1, directory.Checkpoints, coordinator)),
        ];
        engine.Spawn(
            Props.Of(() => new Guardian(() => new Coordinator(options, directory, new FlatSum(), this), members, this, settle: TimeSpan.Zero)),
            Guardian.Name);
        Wait();
    }

    /// <summary>One block: from its first step's start to the next block's, so with every hop and the last commit in it.</summary>
    public void RunBlock()
    {
        gate.Open();
        Wait();
    }

    /// <summary>After all blocks: takes the last step and ends the run.</summary>
    public void Finish()
    {
        gate.Open();
        if (end.Task.GetAwaiter().GetResult().Reason is { } reason)
            throw new InvalidOperationException($"the run under actors failed: {reason.Message}", reason);
    }

    public void Started(TermStep from, int term)
    {
    }

    public void Committed(StepReport step)
    {
    }

    public void Evaluated(long step, EvaluationResult result)
    {
    }

    public void Saved(long step)
    {
    }

    public void Noted(string what) => Console.Error.WriteLine(what);

    public void Ended(RunEnd end)
    {
        this.end.TrySetResult(end);
        gate.Break();
    }

    public void Dispose()
    {
        gate.Open();
        engine.StopAsync().GetAwaiter().GetResult();
        directory.Dispose();
        folder.Delete(recursive: true);
        gate.Dispose();
    }

    private void Wait()
    {
        try
        {
            gate.WaitUntilReached();
        }
        catch (OperationCanceledException)
        {
            throw new InvalidOperationException($"the run under actors ended early: {end.Task.Result.Reason?.Message}", end.Task.Result.Reason);
        }
    }

    private sealed class CachedViews(TensorBundle views) : IViewSource
    {
        public TensorBundle Views(long step, int shard) => views.Share();
    }

    private sealed class NoEvaluation : IEvaluation
    {
        public EvaluationResult Evaluate(TensorBundle state) => new(KnnTop1: null, HoldoutTop1: null, Spread: 1, RankMe: 1);
    }
}
