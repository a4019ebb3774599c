namespace Kindred.Host.Configuration;

public enum Precision
{
    Fp32,
    Bf16,
}

[Group("Machine")]
public sealed record MachineSettings
{
    [Key("devices", "one worker each: cpu, cpu*2 (two workers on one CPU), cuda:0,cuda:1",
        Derived = "all GPUs; without one, cpu*2, or cpu where shards=1", Resumable = true)]
    public DeviceList Devices { get; init; } = DeviceList.Parse("cpu");

    [Key("shards", "S, parts that a step is cut into; part of the model, since batch norm sees one shard at a time", Min = 1, Max = 4096,
        Derived = "as many as workers")]
    public int Shards { get; init; } = 1;

    [Key("threads", "threads of each worker's tensor operations; part of the run's exact bits", Min = 1, Max = 1024,
        Derived = "the cores, shared evenly by the workers")]
    public int Threads { get; init; } = 1;

    [Key("precision", "of the encoder's forward and backward pass; the loss and the weights are always fp32",
        Derived = "bf16 on GPUs and on CPUs with avx512_bf16 or amx_bf16, else fp32")]
    public Precision Precision { get; init; } = Precision.Fp32;

    [Key("wire", "of each shard's gradient on its way to the fp32 sum; bf16 halves the bytes between nodes, and rounds in one process too")]
    public Precision Wire { get; init; } = Precision.Fp32;

    [Key("graphs", "shards of a step whose activations one worker keeps; further ones are encoded twice (same bits, less memory)", Min = 1,
        Resumable = true)]
    public int Graphs { get; init; } = int.MaxValue;

    [Key("deterministic", "GPU: only kernels that give the same bits every time; a CPU run is exact without it")]
    public bool Deterministic { get; init; }
}
