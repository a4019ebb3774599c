using System.Diagnostics;
using System.Globalization;
using Kindred.Data.Formats;

namespace Kindred.Tests.EndToEnd;

/// <summary>What comes out of a run: eval's figures, embed's features, and an encoder that PyTorch loads.</summary>
public sealed class EncoderTests : IDisposable
{
    private const double Tolerance = 1e-4;
    private readonly Workplace work = new();

    public void Dispose() => work.Dispose();

    [Fact]
    public void Eval_measures_what_training_measured()
    {
        var trained = work.Run($"{Workplace.Short} run=r").Succeeds();
        var lines = work.Run("eval r").Succeeds().Output.Split('\n');
        Assert.Equal("step 8", lines[0]);
        var knn = double.Parse(lines.Single(line => line.StartsWith("knn_top1 ", StringComparison.Ordinal))[9..], CultureInfo.InvariantCulture);
        Assert.InRange(knn, 0.1, 1);
        Assert.Contains($"done at step 8: kNN {100 * knn:F2} %, detection precision ", trained.Output);
        Assert.EndsWith(", the run is in r\n", trained.Output);
    }

    [Fact]
    public void Cifar100()
    {
        work.WriteCifar("cifar100/train.bin", 64, labels: 2);
        work.WriteCifar("cifar100/test.bin", 20, labels: 2);
        Assert.Contains("done at step 8: kNN ", work.Run($"{Workplace.Short} data=cifar100 data.path=cifar100 run=r").Succeeds().Output);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], work.Steps("r"));
        Assert.StartsWith("step 8\nknn_top1 ", work.Run("eval r").Succeeds().Output);
    }

    [Fact]
    public void The_averaged_copy_is_exported()
    {
        work.Run($"{Workplace.Short} ema=0.9 run=r").Succeeds();
        var state = Tensors("r/checkpoints/t0001-s000000008.model.safetensors");
        Assert.NotEqual(state["parameters"].Data, state["ema.parameters"].Data);
        foreach (var (weights, prefix) in new[] { ("online", ""), ("ema", "ema.") })
        {
            work.Run($"export r weights={weights} out={weights}.safetensors").Succeeds();
            var encoder = Tensors($"{weights}.safetensors");
            foreach (var (part, of) in new[] { ("bn1.weight", "parameters"), ("bn1.running_mean", "norm.mean"), ("bn1.running_var", "norm.variance") })
                Assert.True(state[prefix + of].Data.Span.IndexOf(encoder[part].Data.Span) >= 0, $"{weights} {part}");
        }
    }

    [Fact]
    public void Only_a_file_is_replaced()
    {
        work.Run($"{Workplace.Short} steps=2 run=r").Succeeds();
        work.Run("export r out=pipe", wrapper: "mkfifo pipe &&").Fails(4, "pipe: a folder, a device or a pipe is there", "another name");
        work.Run("export r out=pipe", wrapper: "[ -p pipe ] &&").Fails(4, "pipe"); // still there
        File.WriteAllText(work["real"], "");
        File.CreateSymbolicLink(work["link"], work["real"]);
        work.Run("export r out=link").Succeeds();
        Assert.Equal(work["real"], new FileInfo(work["link"]).LinkTarget);
        Assert.True(new FileInfo(work["real"]).Length > 100_000);
    }

    [Fact]
    public void There_may_be_no_averaged_copy()
    {
        work.Run($"{Workplace.Short} steps=2 run=r").Succeeds();
        work.Run("export r weights=ema").Fails(2, "r has no averaged copy", "ema=0", "weights=online");
        Assert.False(File.Exists(work["encoder.safetensors"]));
    }

    /// <summary>Of one class, so that the first epoch's is the best for good; with many images it is known only when later ones were saved.</summary>
    [Theory]
    [InlineData(20)]
    [InlineData(4000)]
    public void The_best_checkpoint_is_exported(int evaluated)
    {
        work.WriteCifar("same/data_batch_1.bin", 64, classes: 1);
        work.WriteCifar("same/test_batch.bin", evaluated, classes: 1);
        work.Run($"{Workplace.Short} data.path=same data.holdout=20 epochs=6 checkpoint.every=1 checkpoint.keep=2 run=r").Succeeds();
        Assert.Equal("step 3: best.safetensors\n", work.Run("export r which=best out=best.safetensors").Succeeds().Output);
    }

    [Theory]
    [InlineData("resnet18", "")]
    [InlineData("resnet18", "negatives=bank bank.length=64 ema=0.5")]
    public void PyTorch_computes_the_same_features(string model, string settings)
    {
        Assert.SkipUnless(Python("") is (0, _), "needs python3 with torch and torchvision");
        Assert.Equal((0, ""), Python($"make {work["photos"]}"));
        work.Run($"train data.path=cifar method=simclr model={model} stem=cifar batch=8 steps=2 precision=fp32 run=r {settings}").Succeeds();
        work.Run("export r").Succeeds();
        Assert.Contains("12 x 512 features", work.Run("embed r data.path=photos").Succeeds().Output);
        var (code, difference) = Python($"compare {work["encoder.safetensors"]} {work["photos"]} {work["features.npy"]}");
        Assert.True(code == 0 && double.Parse(difference, CultureInfo.InvariantCulture) < Tolerance, difference);
    }

    private SafetensorsFile Tensors(string relative) => SafetensorsFile.Read(File.ReadAllBytes(work[relative]));

    private static (int Code, string Output) Python(string arguments)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "EndToEnd", "torch_features.py");
        var start = new ProcessStartInfo("bash", ["-c", $"python=/usr/bin/python3; [ -x $python ] || python=python3; $python {script} {arguments} 2>&1"])
        {
            RedirectStandardOutput = true, UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.Trim());
    }
}
