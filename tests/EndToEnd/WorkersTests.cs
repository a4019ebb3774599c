namespace Kindred.Tests.EndToEnd;

/// <summary>How many workers share the shards, and how many activations they keep, leaves no trace in the state or in the export.</summary>
public sealed class WorkersTests : IDisposable
{
    private const string Six =
        "train data.path=cifar model=resnet8 batch=16 epochs=2 steps=6 eval.every=0 fnc.start=1 shards=4 threads=1";

    private readonly Workplace work = new();

    public void Dispose() => work.Dispose();

    [Theory]
    [InlineData("precision=fp32")]
    [InlineData("precision=bf16")]
    [InlineData("precision=fp32 wire=bf16")]
    [InlineData("precision=fp32 negatives=bank bank.length=256 ema=0.99")]
    public void The_same_bits(string settings)
    {
        work.Run($"{Six} {settings} devices=cpu run=one").Succeeds();
        work.Run($"{Six} {settings} devices=cpu graphs=1 run=one-graph").Succeeds();
        work.Run($"{Six} {settings} devices=cpu*2 graphs=1 run=two").Succeeds();
        work.Run($"{Six} {settings} devices=cpu*4 run=four").Succeeds();
        var state = work.State("one");
        Assert.StartsWith("step 6\nsha256 ", state);
        Assert.All(["one-graph", "two", "four"], other => Assert.Equal(state, work.State(other)));
        Assert.Equal(Export("one"), Export("four"));
    }

    [Fact]
    public void Another_seed_has_others()
    {
        work.Run($"{Six} steps=1 run=one").Succeeds();
        work.Run($"{Six} steps=1 seed=2 run=another").Succeeds();
        Assert.NotEqual(work.State("one"), work.State("another"));
        Assert.NotEqual(Export("one"), Export("another"));
    }

    [Fact]
    public void Gradients_rounded_for_the_wire_are_others()
    {
        work.Run($"{Six} steps=1 run=whole").Succeeds();
        work.Run($"{Six} steps=1 wire=bf16 run=rounded").Succeeds();
        Assert.NotEqual(work.State("whole"), work.State("rounded"));
    }

    private string Export(string run)
    {
        work.Run($"export {run} out={run}.safetensors").Succeeds();
        return Convert.ToHexString(File.ReadAllBytes(work[$"{run}.safetensors"]));
    }
}
