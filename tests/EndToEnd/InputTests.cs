using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Kindred.Tests.Data;

namespace Kindred.Tests.EndToEnd;

/// <summary>What is wrong before the first step: one line, the exit code, and no run left behind.</summary>
public sealed class InputTests : IDisposable
{
    private const string Train = "train run=r model=resnet8 batch=5 epochs=1 fnc.start=0 threads=1";
    private readonly Workplace work = new();

    public void Dispose() => work.Dispose();

    [Theory]
    [InlineData("bathc=3", 2, "unknown key 'bathc'; did you mean 'batch'?")]
    [InlineData("batch=many", 2, "batch: 'many' is not")]
    [InlineData("batch=-4", 2, "batch: -4 is too small")]
    [InlineData("staleness=2", 2, "staleness is for consistency=async, and this is consistency=sync")]
    [InlineData("batch=100", 3, "batch=100 is larger than the training set of 64 images")]
    [InlineData("lr=NaN", 2, "lr: 'NaN' is not a number")]
    [InlineData("devices=cuda:99", 2, "devices: cuda:99 doesn't exist")]
    [InlineData("data.limit=1", 3, "There is 1 training image in use")]
    public void Settings_that_cannot_be(string setting, int code, string message) => Refused($"data.path=cifar {setting}", code, message);

    /// <summary>Before anything is looked for or started.</summary>
    [Theory]
    [InlineData("chaos.seed=x", "chaos.seed=x isn't a whole number")]
    [InlineData("mtbf=often", "mtbf: 'often' does not start with a number")]
    [InlineData("\"mtbf=-1 s\"", "mtbf=-1 s must be more than 0 s")]
    [InlineData("mtfb=1s", "unknown key 'mtfb'")]
    public void Settings_of_chaos_that_cannot_be(string setting, string message) => work.Run($"chaos {setting}").Fails(2, message);

    /// <summary>Nor does a node make, or wait for, a run.</summary>
    [Theory]
    [InlineData("cluster.broker=amqp://10.0.0.1/", "cluster.broker=amqp://10.0.0.1/ is not this machine: use amqps://")]
    [InlineData("cluster.broker=amqp://me:secret@localhost/", "cluster.password=FILE")]
    [InlineData("cluster.password=none", "cluster.password: none can't be read")]
    [InlineData("cluster.secret=none", "cluster.secret: none can't be read")]
    [InlineData("cluster.broker=amqps://localhost/ cluster.tls.certificate=c cluster.tls.key=k cluster.tls.authority=none", "cluster.tls.authority=none")]
    [InlineData("cluster.tls.certificate=none cluster.tls.key=k cluster.tls.authority=a", "cluster.tls.certificate=none with cluster.tls.key=k")]
    public void Links_of_a_node_that_cannot_be(string settings, string message)
    {
        foreach (var role in new[] { "coordinator", "worker" })
            work.Run($"node run=r data.path=cifar model=resnet8 batch=16 roles={role} {settings}").Fails(2, message);
        Assert.False(Directory.Exists(work["r"]));
    }

    [Fact]
    public void A_secret_that_cannot_be_read_or_is_not_whole()
    {
        Directory.CreateDirectory(work["r/secret"]);
        work.Run("node run=r data.path=cifar model=resnet8 batch=16").Fails(4, "secret can't be read (");
        Directory.Delete(work["r/secret"]);
        File.WriteAllText(work["r/secret"], "0123");
        work.Run("node run=r data.path=cifar model=resnet8 batch=16").Fails(4, "kindred: r/secret isn't whole; delete it while no node runs.");
    }

    [Fact]
    public void A_folder_that_chaos_would_delete_though_it_holds_no_run()
    {
        Directory.CreateDirectory(work["mine/cluster"]);
        work.Run("chaos out=mine").Fails(2, "mine/cluster holds no run");
        File.WriteAllText(work["file"], "");
        work.Run("chaos out=file").Fails(2, "file can't be made or written");
        Assert.True(Directory.Exists(work["mine/cluster"]));
        Assert.Single(Directory.EnumerateFileSystemEntries(work["mine"]));
    }

    [Fact]
    public void A_port_that_is_taken()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        Refused($"data.path=cifar metrics.listen={taken.LocalEndpoint}", 2, $"metrics.listen={taken.LocalEndpoint} can't be used");
    }

    [Fact]
    public void Demo_trains_on_the_data_of_cluster_hocon()
    {
        File.WriteAllText(work["cluster.hocon"], "data { path = cifar }");
        var ended = work.Run("demo run=r model=resnet8 batch=16 steps=1 threads=1").Succeeds();
        Assert.Contains("done at step 1", ended.Output);
        Assert.Contains($"path = \"{work["cifar"]}\"", File.ReadAllText(work["r/config.hocon"]));
    }

    [Fact]
    public void A_truncated_CIFAR_file()
    {
        File.WriteAllBytes(work["cifar/data_batch_1.bin"], File.ReadAllBytes(work["cifar/data_batch_1.bin"])[..100_000]);
        Refused("data.path=cifar", 3, "data_batch_1.bin has 100000 bytes", "truncated");
    }

    /// <summary>A device has no end; a pipe does.</summary>
    [Fact]
    public void A_CIFAR_file_that_is_a_device() => work.Run($"{Train} data.path=other", wrapper: "mkdir other && ln -s /dev/zero other/data_batch_1.bin &&")
        .Fails(3, "data_batch_1.bin is a folder or a device");

    [Fact]
    public void An_image_that_is_no_file()
    {
        Copies("photos");
        work.Run($"{Train} data=folder data.path=photos data.size=32", wrapper: "mkfifo photos/pipe.jpg && ln -s /dev/zero photos/zero.jpg &&")
            .Fails(3, ".jpg can't be read: a folder, a device or a pipe is there");
    }

    [Fact]
    public void An_empty_folder()
    {
        Directory.CreateDirectory(work["empty"]);
        Refused("data=folder data.path=empty", 3, "There are no .jpg", work["empty"]);
    }

    [Fact]
    public void One_image()
    {
        Copy("rgb.jpg", "photos/only.jpg");
        Refused("data=folder data.path=photos", 3, "There is 1 training image");
    }

    [Fact]
    public void The_oracle_without_labels()
    {
        Copies("photos");
        Refused("data=folder data.path=photos fnc.oracle=true", 3, "fnc.oracle=true needs labels", work["photos"]);
    }

    [Fact]
    public void No_labels_are_worth_a_warning()
    {
        Copies("photos");
        var ended = work.Run($"{Train} data=folder data.path=photos data.size=32").Succeeds();
        Assert.Contains(ended.Warnings, line => line.Contains("the training images have no labels"));
        Assert.DoesNotContain("kNN", ended.Output);
    }

    [Fact]
    public void Corrupt_images_beyond_the_share_end_the_run()
    {
        CorruptCopies("photos");
        var ended = work.Run($"{Train} data=folder data.path=photos data.size=32");
        ended.Fails(3, "corrupt, more than data.maxCorrupt=0.01", ".jpg", "Repair or remove them");
        Assert.Contains(ended.Warnings, line => line.Contains("is corrupt"));
    }

    [Fact]
    public void Fewer_are_named_and_replaced()
    {
        CorruptCopies("photos");
        var ended = work.Run($"{Train} data=folder data.path=photos data.size=32 data.maxCorrupt=0.5").Succeeds();
        Assert.Contains(ended.Warnings, line => line.Contains("truncated.jpg is corrupt (Premature end"));
        Assert.Contains(ended.Warnings, line => line.Contains("zero.jpg is corrupt (the file is empty)"));
        Assert.Equal([1, 2, 3], work.Steps("r"));
    }

    [Fact]
    public void Rows_of_corrupt_images_have_no_features()
    {
        CorruptCopies("photos");
        work.Run($"{Train} data.path=cifar").Succeeds();
        work.Run("embed r data.path=photos").Fails(3, "corrupt, more than data.maxCorrupt=0 ");
        Assert.False(File.Exists(work["features.npy"]));
        Assert.Equal(2, work.Run("embed r data.path=photos data.maxCorrupt=0.5").Succeeds().Warnings.Count(line => line.Contains("is NaN")));
        var images = Directory.GetFiles(work["photos"]).Length;
        var corrupt = Rows("features.npy", images).Select(row => row.All(float.IsNaN));
        Assert.Equal(Enumerable.Range(0, images).Select(i => i >= images - 2), corrupt); // truncated.jpg and zero.jpg come last
        Assert.DoesNotContain(Rows("features.npy", images)[..^2].SelectMany(row => row), float.IsNaN);
    }

    [Fact]
    public void A_run_directory_that_cannot_be() =>
        work.Run($"{Train} data.path=cifar run=cifar/test_batch.bin/r").Fails(4, "cifar/test_batch.bin/r", "run=FOLDER");

    [Fact]
    public void The_shim_that_is_missing()
    {
        CopyProgram();
        File.Delete(work["libkindred_torch.so"]);
        work.Run($"{Train} data.path=cifar", home: work.Folder).Fails(1, "libkindred_torch.so does not exist. Install libtorch-dev");
        Assert.False(Directory.Exists(work["r"]));
    }

    /// <summary>The shim asks for a library that isn't there: its name within the file is changed, since libtorch can't be taken away.</summary>
    [Fact]
    public void Libtorch_that_is_missing()
    {
        CopyProgram();
        var shim = File.ReadAllBytes(work["libkindred_torch.so"]);
        var name = shim.AsSpan().IndexOf("libtorch_cpu.so"u8);
        Assert.True(name >= 0, "the shim isn't linked with libtorch_cpu.so");
        "libtorch_xyz.so"u8.CopyTo(shim.AsSpan(name));
        File.WriteAllBytes(work["libkindred_torch.so"], shim);
        work.Run($"{Train} data.path=cifar", home: work.Folder).Fails(1, "libtorch can't be used: ", "libtorch_xyz.so", "Install libtorch-dev");
        Assert.False(Directory.Exists(work["r"]));
    }

    private void CopyProgram()
    {
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory))
            File.Copy(file, work[Path.GetFileName(file)]);
    }

    private void Refused(string settings, int code, params string[] words)
    {
        work.Run($"{Train} {settings}").Fails(code, words);
        Assert.False(Directory.Exists(work["r"]));
    }

    private void Copies(string folder)
    {
        for (var i = 0; i < 10; i++)
            Copy("rgb.jpg", $"{folder}/{i}.jpg");
    }

    private float[][] Rows(string npy, int rows)
    {
        const int width = 64;
        var values = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(work[npy]).AsSpan()[^(rows * width * sizeof(float))..]);
        return [.. values.ToArray().Chunk(width)];
    }

    private void CorruptCopies(string folder)
    {
        Copies(folder);
        Copy("truncated.jpg", $"{folder}/truncated.jpg");
        File.WriteAllBytes(work[$"{folder}/zero.jpg"], []);
    }

    private void Copy(string image, string relative)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(work[relative])!);
        TestImages.Copy(image, work[relative]);
    }
}
