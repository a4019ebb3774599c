namespace Kindred.Host.Configuration;

public enum Preset
{
    None,
    [Word("fnc-paper")]
    FncPaper,
    [Word("fnc-paper-memory")]
    FncPaperMemory,
}

public enum Engine
{
    Local,
}

[Group("Run")]
public sealed record RunSettings
{
    [Key("run", "folder for configuration, metrics, checkpoints and log",
        Derived = "a new folder under runs/ named by data, model, method and time",
        Resumable = true)]
    public string Folder { get; init; } = "runs/run";

    [Key("seed", "every random choice follows from it")]
    public long Seed { get; init; } = 1;

    [Key("preset", "another set of defaults: fnc-paper is Huynh et al. 2022, -memory its momentum variant")]
    public Preset Preset { get; init; } = Preset.None;

    [Key("overwrite", "replace a run that is already in the folder")]
    public bool Overwrite { get; init; }

    [Key("takeover", "start although another machine trains this run: that one ends when it sees the newer term", Resumable = true)]
    public bool? Takeover { get; init; }

    [Key("checkpoint.every", "steps between checkpoints; 0: only after the last step", Min = 0, Resumable = true)]
    public int CheckpointEvery { get; init; } = 200;

    [Key("checkpoint.keep", "so many of the newest checkpoints are kept", Min = 2, Max = 1_000_000, Resumable = true)]
    public int CheckpointKeep { get; init; } = 3;

    [Key("engine", "what runs the actors: local is this process")]
    public Engine Engine { get; init; } = Engine.Local;
}
