using Kindred.Data;
using Kindred.Gpu.Models;
using Kindred.Host.Configuration;

namespace Kindred.Tests.Host;

public sealed class SettingsResolverTests : IDisposable
{
    private readonly HostTesting host = new();

    public void Dispose() => host.Dispose();

    [Theory]
    [InlineData("", 8, 0, "cpu*2", 2, 4)]
    [InlineData("", 1, 0, "cpu*2", 2, 1)]
    [InlineData("", 7, 0, "cpu*2", 2, 3)]
    [InlineData("shards=1", 8, 0, "cpu", 1, 8)]
    [InlineData("shards=4", 8, 0, "cpu*2", 4, 4)]
    [InlineData("devices=cpu", 8, 0, "cpu", 1, 8)]
    [InlineData("devices=cpu*4", 8, 0, "cpu*4", 4, 2)]
    [InlineData("devices=cpu shards=4 threads=3", 8, 0, "cpu", 4, 3)]
    [InlineData("", 16, 4, "cuda:0,cuda:1,cuda:2,cuda:3", 4, 4)]
    [InlineData("shards=2", 16, 4, "cuda:0,cuda:1", 2, 8)]
    [InlineData("devices=cpu", 16, 4, "cpu", 1, 16)]
    [InlineData("devices=cuda:1*2", 16, 4, "cuda:1*2", 2, 8)]
    public void Workers_follow_from_the_machine(string arguments, int cores, int gpus, string devices, int shards, int threads)
    {
        var machine = host.Load(arguments, HostTesting.Machine(cores, gpus: gpus)).Settings.Machine;
        Assert.Equal((devices, shards, threads), (machine.Devices.ToString(), machine.Shards, machine.Threads));
    }

    [Theory]
    [InlineData("", false, 0, Precision.Fp32)]
    [InlineData("", true, 0, Precision.Bf16)]
    [InlineData("", false, 1, Precision.Bf16)]
    [InlineData("devices=cpu", false, 1, Precision.Fp32)]
    [InlineData("precision=fp32", true, 1, Precision.Fp32)]
    [InlineData("precision=bf16", false, 0, Precision.Bf16)]
    public void Precision_follows_from_the_devices(string arguments, bool bf16, int gpus, Precision precision) =>
        Assert.Equal(precision, host.Load(arguments, HostTesting.Machine(bf16: bf16, gpus: gpus)).Settings.Machine.Precision);

    [Theory]
    [InlineData("", 0)]
    [InlineData("negatives=bank", 0.999)]
    [InlineData("negatives=batch+bank", 0.999)]
    [InlineData("negatives=bank ema=0", 0)]
    [InlineData("ema=0.99", 0.99)]
    public void A_bank_brings_an_averaged_copy(string arguments, double ema) =>
        Assert.Equal(ema, host.Load(arguments).Settings.Contrast.Ema);

    [Theory]
    [InlineData("model=resnet18", 32, Stem.Cifar)]
    [InlineData("model=resnet18 data=folder data.path=x", 224, Stem.ImageNet)]
    [InlineData("model=resnet18 data=folder data.path=x data.size=64", 64, Stem.Cifar)]
    [InlineData("model=resnet20 data=folder data.path=x", 224, Stem.Cifar)]
    public void Size_and_stem_follow_from_data_and_model(string arguments, int size, Stem stem)
    {
        var settings = host.Load(arguments).Settings;
        Assert.Equal((size, stem), (settings.Data.Size, settings.Model.Stem));
    }

    [Fact]
    public void A_run_is_named_by_data_model_method_and_time() =>
        Assert.Equal("runs/cifar100-resnet20-simclr-20261123-154501",
            host.Load("data=cifar100 model=resnet20 method=simclr").Settings.Run.Folder);

    [Theory]
    [InlineData("", "/sets", "/sets/cifar-10-batches-bin")]
    [InlineData("data=cifar100", "/sets", "/sets/cifar-100-binary")]
    [InlineData("data=synthetic", "/sets", null)]
    [InlineData("data.path=/elsewhere", "/sets", "/elsewhere")]
    [InlineData("", null, null)]
    public void Cifar_falls_back_to_the_environment(string arguments, string? environment, string? path) =>
        Assert.Equal(path, host.Load(arguments, HostTesting.Machine(data: environment)).Settings.Data.Path);

    [Fact]
    public void Relative_paths_become_absolute() =>
        Assert.Equal(Path.Combine(host.Folder, "a/b"), host.Load("data.path=a/b").Settings.Data.Path);

    [Fact]
    public void The_train_line_of_the_documentation_has_the_defaults()
    {
        const string Line = "data=cifar10 model=resnet8 method=fnc views=2 fnc.mode=attract fnc.support=2 fnc.topk=4 fnc.threshold=0.7 " +
            "fnc.aggregate=max fnc.start=3 fnc.oracle=false negatives=batch bank.length=65536 tau=0.2 batch=256 " +
            "epochs=10 optimizer=sgd lr=0.5 wd=5e-4 seed=1 checkpoint.every=200 eval.every=1";
        Assert.Equal(host.Load("").Settings, host.Load(Line).Settings);
        Assert.Equal(DataKind.Cifar10, host.Load(Line).Settings.Data.Kind);
    }

    [Fact]
    public void Cpu_flags_are_those_of_the_first_processor()
    {
        var file = host.Write("cpuinfo", "processor\t: 0\nflags\t\t: fpu avx512_bf16\n\nprocessor\t: 1\nflags\t\t: fpu other\n");
        Assert.Equal(["avx512_bf16", "fpu"], MachineFacts.CpuFlags(file).Order());
    }
}
