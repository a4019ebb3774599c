using Kindred.Actors.Protocol.Store;
using Kindred.Data.Sampling;
using Kindred.Gpu.Contrastive;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>What the coordinator needs to know of a run. Steps are commits, the first is 1.</summary>
/// <param name="Plan">Which samples make up a step.</param>
/// <param name="Shards">S, shards per step.</param>
/// <param name="LastStep">The run ends after this commit.</param>
/// <param name="Workers">Workers to wait for before the first step; on one machine all that there are, at each start.</param>
/// <param name="WaitsForMembers">Members may come later and be lost for a while, as in a cluster; false: one that stays down ends the run, unless other workers are left.</param>
/// <param name="CheckpointEvery">In steps; 0: only after the last one.</param>
/// <param name="KeepCheckpoints">Older ones are deleted; at least 2.</param>
/// <param name="EvaluateEvery">In epochs; 0: only after the last step.</param>
/// <param name="KeepBest">Evaluations include held-out images, and the best checkpoint on them is kept.</param>
/// <param name="AnswerWithin">What isn't answered for so long is asked for again; shards' deadlines are learned, and at least a fifth of it.</param>
/// <param name="Identity">Of this process, unlike any other's for ever: claims a term. What comes before its first '/' is the machine.</param>
public sealed record RunOptions(
    EpochPlan Plan, int Shards, long LastStep, int Workers, bool WaitsForMembers, int CheckpointEvery, int KeepCheckpoints, int EvaluateEvery, bool KeepBest,
    TimeSpan AnswerWithin, string Identity)
{
    /// <summary>Above 0 (async): every shard is a step, and its gradient may lack so many commits. 0: a step waits for all of its shards.</summary>
    public int Staleness { get; init; }

    /// <summary>The machine that this process runs on.</summary>
    public string Host => Identity.Split('/')[0];

    /// <summary>The name by which a cluster's nodes find one another; null: one process is all.</summary>
    public string? Cluster { get; init; }

    /// <summary>At checkpoints and epochs the workers' states are compared: in sync they are the same, bit for bit.</summary>
    public bool ComparesReplicas { get; init; } = true;

    /// <summary>Whether the state after this step is written, or evaluated, while the run goes on.</summary>
    public (bool Checkpoint, bool Evaluation) DueAfter(long step)
    {
        var (epoch, index) = Plan.Locate(step);
        var evaluates = EvaluateEvery > 0 && index == Plan.StepsPerEpoch - 1 && (epoch + 1) % EvaluateEvery == 0;
        return ((CheckpointEvery > 0 && step % CheckpointEvery == 0) || (evaluates && KeepBest), evaluates);
    }

    /// <summary>The epoch of a step; of the untrained state, the first.</summary>
    public int EpochOf(long step) => step == 0 ? 0 : Plan.Locate(step).Epoch;
}

/// <summary>Loss or gradient became NaN or infinite (exit code 5).</summary>
public sealed class DivergedException(string message) : Exception(message);

/// <summary>A step as it was committed; times in seconds. Detection is null where nothing was measured.</summary>
public sealed record StepReport(
    TermStep At, int Epoch, double Loss, int Images, double Seconds, double DataWait, int Workers, DetectionStats? Detection)
{
    /// <summary>So many commits the step's gradient lacked; null in sync and local.</summary>
    public long? Staleness { get; init; }
}

/// <summary>Is told what happens, on the coordinator's thread; it is quick and doesn't throw.</summary>
public interface IRunObserver
{
    void Started(TermStep from, int term);

    void Committed(StepReport step);

    void Evaluated(long step, EvaluationResult result);

    void Saved(long step);

    /// <summary>Something worth a line: a rollback, a member restarted, a shard leased again.</summary>
    void Noted(string what);

    void Ended(RunEnd end);
}
