using Kindred.Host.Configuration;

namespace Kindred.Tests.EndToEnd;

/// <summary>On a GPU with deterministic=true a run has the same bits again, whoever computes it and however often it is stopped.</summary>
public sealed class CudaTests : IDisposable
{
    private const string Six = "train data.path=cifar batch=16 epochs=2 steps=6 fnc.start=1 shards=4 deterministic=true";

    private readonly Workplace work = new();

    public CudaTests() => Assert.SkipUnless(TorchProbe.Gpus() > 0, "no GPU here");

    public void Dispose() => work.Dispose();

    [Theory]
    [InlineData("model=resnet8")]
    [InlineData("model=resnet8 precision=fp32")]
    [InlineData("model=resnet8 negatives=bank bank.length=256 ema=0.99")]
    [InlineData("model=resnet18")]
    [InlineData("model=resnet18 stem=imagenet")]
    [InlineData("model=resnet8 method=fnc fnc.mode=eliminate optimizer=lars lr=0.1 consistency=local local.steps=2")]
    public void The_same_bits(string settings)
    {
        work.Run($"{Six} {settings} devices=cuda:0 run=one").Succeeds();
        work.Run($"{Six} {settings} devices=cuda:0*2 graphs=1 run=two").Succeeds();
        work.Run($"{Six} {settings} devices=cuda:0 steps=3 run=stopped").Succeeds();
        work.Run("resume stopped steps=6").Succeeds();
        var state = work.State("one");
        Assert.StartsWith("step ", state);
        Assert.Equal(state, work.State("two"));
        Assert.Equal(state, work.State("stopped"));
    }

    [Fact]
    public void Trains_evaluates_exports_and_is_loaded_on_a_CPU()
    {
        work.Run("train data.path=cifar model=resnet8 batch=16 epochs=2 steps=4 run=gpu").Succeeds();
        Assert.Contains("knn_top1", File.ReadAllText(work["gpu/metrics.jsonl"]));
        work.Run("export gpu out=encoder.safetensors").Succeeds();
        work.Run("eval gpu devices=cpu").Succeeds();
        work.Run("resume gpu devices=cpu steps=8").Succeeds();
    }
}
