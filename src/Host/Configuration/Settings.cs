namespace Kindred.Host.Configuration;

/// <summary>
/// Everything that a run is told. Values are resolved: what follows from the machine is filled in once (<see cref="SettingsResolver"/>),
/// written to the run's folder, and never derived again.
/// </summary>
public sealed record Settings
{
    public DataSettings Data { get; init; } = new();
    public AugmentationSettings Augmentation { get; init; } = new();
    public ModelSettings Model { get; init; } = new();
    public ContrastSettings Contrast { get; init; } = new();
    public FncSettings Fnc { get; init; } = new();
    public OptimizationSettings Optimization { get; init; } = new();
    public ConsistencySettings Consistency { get; init; } = new();
    public EvaluationSettings Evaluation { get; init; } = new();
    public RunSettings Run { get; init; } = new();
    public MachineSettings Machine { get; init; } = new();
    public ClusterSettings Cluster { get; init; } = new();
    public TelemetrySettings Telemetry { get; init; } = new();

    /// <summary>V, the views of each image in a step: the plain ones and, with false-negative cancellation, the support views.</summary>
    public int Views => Contrast.Views + (Contrast.Method == Method.Fnc ? Fnc.Support : 0);
}
