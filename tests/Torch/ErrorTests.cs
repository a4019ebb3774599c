using System.Diagnostics;
using System.Runtime.InteropServices;
using Kindred.Gpu.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Tests.Torch;

public sealed class ErrorTests
{
    [Fact]
    public void LibtorchsMessageInOneLine()
    {
        using var a = zeros(2, 3);
        var error = Assert.Throws<ExternalException>(() => a.matmul(a));
        Assert.Equal("mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)", error.Message);
        Assert.Contains("index 5", Assert.Throws<ExternalException>(() => a.select(0, 5)).Message);
        Assert.Contains("shape '[4]' is invalid", Assert.Throws<ExternalException>(() => a.view(4)).Message);
    }

    [Fact]
    public void EveryKindOfCallReports()
    {
        using var a = zeros(2, 3);
        Assert.Throws<ExternalException>(() => a.add_(zeros(4)));
        Assert.Throws<ExternalException>(() => a.topk(9));
        Assert.Throws<ExternalException>(() => a.split([5, 5], 1));
        Assert.Throws<ExternalException>(() => a.ToDouble());
        Assert.Throws<ExternalException>(a.backward);
        Assert.Throws<ExternalException>(() => cat([a, zeros(1, 1)]));
        Assert.Throws<ExternalException>(() => zeros([-1]));
    }

    [Fact]
    public void NullIsRefusedUnlessOptional()
    {
        using var a = zeros(2, 3);
        Assert.Throws<ArgumentNullException>(() => a.mul((Tensor)null!));
        Assert.Throws<ArgumentNullException>(() => cat([a, null!]));
        using var b = nn.functional.linear(a, a, null);
        Check.Shape([2, 2], b);
    }

    [Fact]
    public void ErrorsStayOnTheirThread()
    {
        using var a = zeros(2, 3);
        using var seven = zeros(7);
        using var nine = zeros(9);
        Assert.Equal(-1, Native.kt_copy_(a, seven, false));
        var elsewhere = 0;
        var other = new Thread(() => elsewhere = Native.kt_copy_(a, nine, false));
        other.Start();
        other.Join();
        Assert.Equal(-1, elsewhere);
        Assert.Contains("(7)", Errors.Last().Message);
    }

    [Fact]
    public void TheLibraryLoads()
    {
        Assert.True(TorchLibrary.TryLoad(out var why), why);
        Assert.Empty(why);
        Assert.Matches(@"^\d+\.\d+", TorchExtra.LibTorchVersion);
        Assert.Contains("ATen parallel backend", TorchExtra.BuildSummary());
    }

    /// <summary>A copy of these tests, without the shim or with a broken one, fails with one line that says what to do.</summary>
    [Theory]
    [InlineData(null, "libkindred_torch.so does not exist")]
    [InlineData("no library", "libkindred_torch.so: file too short")]
    public void AMissingLibraryIsNamed(string? content, string expected)
    {
        var copy = Directory.CreateTempSubdirectory("kindred-torch-");
        try
        {
            foreach (var file in Directory.GetFiles(AppContext.BaseDirectory))
                File.Copy(file, Path.Combine(copy.FullName, Path.GetFileName(file)));
            var shim = Path.Combine(copy.FullName, "libkindred_torch.so");
            File.Delete(shim);
            if (content is not null)
                File.WriteAllText(shim, content);
            string[] arguments = ["-noColor", "-method", $"{typeof(ErrorTests).FullName}.{nameof(LibtorchsMessageInOneLine)}"];
            using var child = Process.Start(new ProcessStartInfo(Path.Combine(copy.FullName, "Kindred.Tests"), arguments)
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            })!;
            var output = child.StandardOutput.ReadToEnd();
            child.WaitForExit();
            var line = output.Split('\n').First(l => l.Contains("libtorch can't be used"));
            Assert.Contains(expected, line);
            Assert.Contains("Install libtorch-dev", line);
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }
}
