using System.Diagnostics;
using System.Globalization;

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
    public void The_best_checkpoint_is_exported()
    {
        work.Run($"{Workplace.Short} data.holdout=20 epochs=6 checkpoint.every=1 checkpoint.keep=2 run=r").Succeeds();
        work.Run("export r which=best out=best.safetensors").Succeeds();
        work.Run("export r out=last.safetensors").Succeeds();
        Assert.Equal(File.ReadAllBytes(work["last.safetensors"]).Length, File.ReadAllBytes(work["best.safetensors"]).Length);
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
