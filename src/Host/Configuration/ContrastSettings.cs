using Kindred.Gpu.Contrastive;

namespace Kindred.Host.Configuration;

public enum Method
{
    Simclr,
    Fnc,
}

[Group("Contrast")]
public sealed record ContrastSettings
{
    [Key("method", "simclr: NT-Xent; fnc: false negatives are detected and cancelled")]
    public Method Method { get; init; } = Method.Fnc;

    [Key("views", "augmented views of each image, support views not counted", Min = 1, Max = 64)]
    public int Views { get; init; } = 2;

    [Key("tau", "temperature of the softmax over similarities", Above = 0)]
    public double Tau { get; init; } = 0.2;

    [Key("negatives", "an image's negatives: the other images of the batch, the rows of the memory bank, or both")]
    public NegativeSource Negatives { get; init; } = NegativeSource.Batch;

    [Key("bank.length", "rows of the memory bank", Min = 1, Max = 16_777_216)]
    public int BankLength { get; init; } = 65_536;

    [Key("bank.views", "which views enter the bank: all, or main (no support views)")]
    public BankViews BankViews { get; init; } = BankViews.All;

    [Key("bank.current", "negatives=bank: this step's own keys are the bank's newest rows, so that shards wait for each other")]
    public bool BankCurrent { get; init; } = true;

    [Key("ema", "decay of the averaged copy of the weights that makes the bank's keys; 0: no copy", Min = 0, Below = 1,
        Derived = "0.999 where negatives names the bank, else 0")]
    public double Ema { get; init; }

    /// <summary>Are there rows from earlier steps?</summary>
    public bool UsesBank => Negatives != NegativeSource.Batch;
}
