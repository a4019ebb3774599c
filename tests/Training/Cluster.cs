using Kindred.Actors.Engines;
using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Actors.Training;
using Kindred.Data.Formats;
using Kindred.Data.Sampling;
using Kindred.Gpu.Step;
using Kindred.Simulation.Tensors;
using Microsoft.Extensions.Logging;

namespace Kindred.Tests.Training;

/// <summary>A whole run on the local engine with hash-chained tensors, in a folder of its own.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    public const int Samples = 103, Batch = 20;
    private readonly string folder = Directory.CreateTempSubdirectory("kindred-training-").FullName;

    public int Shards { get; init; } = 4;

    public int Workers { get; init; } = 2;

    public int Graphs { get; init; } = int.MaxValue;

    public int CheckpointEvery { get; init; } = 5;

    public long LastStep { get; init; } = 17;

    public bool NeedsWholeBatch { get; init; } = true;

    /// <summary>Above 0: consistency=async, in which a step is a shard.</summary>
    public int Staleness { get; init; }

    /// <summary>Above 0: consistency=local, in which a step is up to so many batches; its encoders are <see cref="ILocalEncoder"/>.</summary>
    public int LocalSteps { get; init; }

    public Func<int, IEncoder> Encoder { get; init; } = _ => new HashEncoder();

    public Func<HashContrast>? Contrast { get; init; }

    /// <summary>Of each data actor (data, data-1, …); null: of one that works.</summary>
    public Func<IViewSource, IViewSource>[]? Views { get; init; }

    /// <summary>keeper, keeper-1, …: one is the run's, the others stand by.</summary>
    public int Keepers { get; init; } = 1;

    public bool WaitsForMembers { get; init; }

    /// <summary>Puts itself between the members and the coordinator, to lose or double messages.</summary>
    public Func<IActorRef, IActorRef> Between { get; init; } = coordinator => coordinator;

    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(10);

    public Action<long>? Saved { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public IFiles Files { get; init; } = new PosixFiles();

    public Func<ulong, EvaluationResult> Evaluate { get; init; } = model => new(model % 1000 / 1000.0, null, 1, 1);

    public bool KeepBest { get; init; }

    /// <summary>Happens to the run's folder between its opening and the start of its actors.</summary>
    public Action<string>? Opened { get; init; }

    public List<string> Notes { get; } = [];

    public EpochPlan Plan => Staleness > 0 ? Whole.ByShard() : LocalSteps > 0 ? Whole.InRounds(LocalSteps) : Whole;

    /// <summary>What is learned from at once.</summary>
    public EpochPlan Batches => LocalSteps > 0 ? Whole : Plan;

    private EpochPlan Whole => new(seed: 5, Samples, Batch, Shards);

    private int ShardsOfAStep => Staleness > 0 ? 1 : Shards;

    public async Task<RunEnd> Run(Action<StepReport>? committed = null, Action<LocalEngine>? started = null)
    {
        var exists = File.Exists(RunDirectory.ConfigurationOf(folder));
        using var directory = exists
            ? RunDirectory.Open(Files, folder, "test", LockMode.Exclusive, Notes.Add)
            : RunDirectory.Create(Files, folder, "test", "seed = 5", new Dictionary<string, string>(StringComparer.Ordinal), overwrite: false, Notes.Add);
        Opened?.Invoke(folder);
        await using var engine = new LocalEngine(new EngineOptions { Clock = Clock, Seed = 5, Logs = new NoteLogs(Notes) });
        var observer = new Observer(Notes, committed, Saved);
        var options = new RunOptions(
            Plan, ShardsOfAStep, LastStep, Workers, WaitsForMembers, CheckpointEvery, 2, 1, KeepBest, AnswerWithin, Guid.NewGuid().ToString())
        {
            Staleness = Staleness, ComparesReplicas = Staleness == 0 && LocalSteps == 0,
        };
        List<(string, Role, Func<IActorRef, Actor>)> members =
        [
            .. (Views ?? [views => views]).Select((make, d) => (d == 0 ? "data" : $"data-{d}", Role.Data, (Func<IActorRef, Actor>)(coordinator =>
                new DataActor(make(new HashViews(Batches)), 2, Between(coordinator))))),
            ("evaluator", Role.Evaluator, coordinator => new Evaluator(new Evaluation(Evaluate), Between(coordinator))),
            .. Enumerable.Range(0, Keepers).Select(k => (k == 0 ? "keeper" : $"keeper-{k}", Role.Keeper, (Func<IActorRef, Actor>)(coordinator => new SupportSetKeeper(
                Contrast?.Invoke() ?? new HashContrast(NeedsWholeBatch), ShardsOfAStep, directory.Checkpoints, Between(coordinator),
                Staleness, LocalSteps > 0 ? Plan : null)))),
            .. Enumerable.Range(0, Workers).Select(w => ($"worker-{w}", Role.Worker, (Func<IActorRef, Actor>)(coordinator =>
                Worker(Encoder(w), directory, Between(coordinator))))),
        ];
        engine.Spawn(Props.Of(() => new Guardian(() => new Coordinator(options, directory, new HashSum(), observer), members, observer, TimeSpan.Zero)), Guardian.Name);
        started?.Invoke(engine);
        try
        {
            return await observer.End.Task.WaitAsync(TimeSpan.FromMinutes(1));
        }
        catch (TimeoutException waited)
        {
            throw new TimeoutException($"The run doesn't end. Its last words:\n{string.Join('\n', Notes.TakeLast(20))}", waited);
        }
    }

    private Actor Worker(IEncoder encoder, RunDirectory directory, IActorRef coordinator) => LocalSteps > 0
        ? new LocalWorker((ILocalEncoder)encoder, Batches, Plan, directory.Checkpoints, coordinator)
        : new EncoderWorker(encoder, new HashSum(), Plan, LastStep, Graphs, directory.Checkpoints, coordinator, Staleness);

    /// <summary>A file of the run's folder.</summary>
    public string PathOf(Func<string, string> file) => file(folder);

    /// <summary>Model and bank of the newest checkpoint.</summary>
    public (ulong Model, ulong Bank) Result()
    {
        using var directory = RunDirectory.OpenToRead(new PosixFiles(), folder, Notes.Add);
        var newest = directory.Checkpoints.NewestValid(directory.Terms.Chain())!;
        Assert.Equal(LastStep, newest.Step);
        ulong Part(string name)
        {
            using var part = directory.Checkpoints.OpenPart(newest, name);
            return HashBundle.Hash(HashBundle.Read(SafetensorsFile.Read(part).Tensors));
        }

        return (Part(CheckpointPart.Model), Part(CheckpointPart.Keeper));
    }

    public CoordinatorFile LastWords() => CoordinatorFile.Read(new PosixFiles(), folder)!;

    public IReadOnlyList<MetricsEntry> Metrics()
    {
        using var directory = RunDirectory.OpenToRead(new PosixFiles(), folder, Notes.Add);
        return directory.ReadMetrics();
    }

    /// <summary>The step of the best checkpoint, which is whole; null: there is none.</summary>
    public long? Best()
    {
        using var directory = RunDirectory.OpenToRead(new PosixFiles(), folder, Notes.Add);
        var chain = directory.Terms.Chain();
        return directory.Checkpoints.ReadBest(chain) is { } mark
            ? directory.Checkpoints.OnChain(chain).First(c => c.At == mark.At && directory.Checkpoints.IsValid(c)).Step
            : null;
    }

    public (ulong Model, ulong Bank) Expected()
    {
        var reference = LocalSteps > 0
            ? HashReference.OfLocal(Batches, Plan, Shards, LastStep) : HashReference.Of(Plan, Shards, LastStep, NeedsWholeBatch);
        return (HashBundle.Hash(reference.Models[^1]), HashBundle.Hash(reference.Banks[^1]));
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>The engine's warnings among the notes.</summary>
    private sealed class NoteLogs(List<string> notes) : ILoggerFactory, ILogger
    {
        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                lock (notes)
                    notes.Add($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }

    private sealed class Evaluation(Func<ulong, EvaluationResult> evaluate) : IEvaluation
    {
        public EvaluationResult Evaluate(TensorBundle state) => evaluate(HashBundle.Of(state)[0]);
    }

    private sealed class Observer(List<string> notes, Action<StepReport>? committed, Action<long>? saved) : IRunObserver
    {
        public TaskCompletionSource<RunEnd> End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Started(TermStep from, int term) => notes.Add($"started term {term} from {from}");

        public void Committed(StepReport step) => committed?.Invoke(step);

        public void Evaluated(long step, EvaluationResult result)
        {
        }

        public void Saved(long step) => saved?.Invoke(step);

        public void Noted(string what) => notes.Add(what);

        public void Ended(RunEnd end) => End.TrySetResult(end);
    }
}
