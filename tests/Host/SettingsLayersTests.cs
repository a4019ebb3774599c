using Kindred.Host.Configuration;

namespace Kindred.Tests.Host;

public sealed class SettingsLayersTests : IDisposable
{
    private readonly HostTesting host = new();

    public void Dispose() => host.Dispose();

    [Fact]
    public void The_last_of_defaults_preset_file_and_command_line_wins()
    {
        host.Write("cluster.hocon", "preset = fnc-paper\nbatch = 512\nfnc { topk = 8 }");
        var settings = host.Load("batch=64").Settings;
        Assert.Equal((64, 8, 0.1, 200), (settings.Optimization.Batch, settings.Fnc.TopK, settings.Contrast.Tau, settings.Evaluation.KnnK));
    }

    [Theory]
    [InlineData("run=~/runs/a", "runs/a")]
    [InlineData("run=~", null)]
    [InlineData("run=a/~/b", null)]
    public void A_value_may_be_below_the_home_folder(string argument, string? below)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Assert.Equal(below == null ? argument["run=".Length..] : Path.Combine(home, below), new KeyValueArguments([argument]).Take("run"));
    }

    [Fact]
    public void Config_names_another_file()
    {
        host.Write("cluster.hocon", "batch = 512");
        host.Write("other.hocon", "devices = [cpu, cpu], progress.every = 1 m");
        var settings = host.Load("config=other.hocon").Settings;
        Assert.Equal((256, "cpu*2", TimeSpan.FromMinutes(1)),
            (settings.Optimization.Batch, settings.Machine.Devices.ToString(), settings.Telemetry.ProgressEvery));
    }

    [Fact]
    public void A_preset_says_where_it_departs_from_its_paper() =>
        Assert.Contains(host.Load("preset=fnc-paper batch=512 epochs=2").Warnings, warning => warning.Contains("batch norm is per shard"));

    [Theory]
    [InlineData("bathc=3", "unknown key 'bathc'; did you mean 'batch'?")]
    [InlineData("fnc.tpok=3", "unknown key 'fnc.tpok'; did you mean 'fnc.topk'?")]
    [InlineData("nothing.like.it=3", "unknown key 'nothing.like.it'; 'kindred train --help' lists the keys")]
    [InlineData("batch", "'batch' is not understood: settings are written key=value, as in batch=256")]
    [InlineData("batch=ten", "batch: 'ten' is not a whole number")]
    [InlineData("batch=", "batch: a value is missing")]
    [InlineData("lr=NaN", "lr: 'NaN' is not a number")]
    [InlineData("lr=0,5", "lr: '0,5' is not a number")]
    [InlineData("lr=0", "lr: 0 is too small: it must be greater than 0")]
    [InlineData("lr=-1", "lr: -1 is too small: it must be greater than 0")]
    [InlineData("ema=1", "ema: 1 is too large: it must be less than 1")]
    [InlineData("views=65", "views: 65 is too large: at most 64")]
    [InlineData("optimizer=sdg", "optimizer: 'sdg' is not sgd, lars or adamw; did you mean 'sgd'?")]
    [InlineData("data=imagenet", "data: 'imagenet' is not cifar10, cifar100, folder or synthetic")]
    [InlineData("devices=tpu", "devices: 'tpu' is no device: write cpu, cpu*2, cuda:0, or several with commas")]
    [InlineData("devices=cpu*0", "devices: 'cpu*0' is no device: write cpu, cpu*2, cuda:0, or several with commas")]
    [InlineData("overwrite=yes", "overwrite: 'yes' is not true or false")]
    [InlineData("progress.every=5 x", "progress.every: '5 x' is not a duration: write it as 500 ms, 10 s, 5 m, 2 h or 1 d")]
    [InlineData("config=missing.hocon", "missing.hocon can't be read")]
    [InlineData("cluster.listen=10.0.0.1:7000", "cluster.listen=10.0.0.1:7000 is beyond loopback, which takes cluster.tls.certificate")]
    [InlineData("cluster.listen=0.0.0.0:7000", "cluster.listen=0.0.0.0:7000 is every address of this machine: say by cluster.host=NAME which one others reach it at")]
    public void What_is_wrong_is_said_in_one_line(string argument, string message)
    {
        var error = Assert.Throws<ConfigurationException>(() => SettingsLoader.Load(new([argument]), host.Folder, HostTesting.Machine()));
        Assert.Contains(message, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData("seed = 1\nbathc = 3", "cluster.hocon:2:9: unknown key 'bathc'; did you mean 'batch'?")]
    [InlineData("fnc {\n  topk = many\n}", "cluster.hocon:2:10: fnc.topk: 'many' is not a whole number")]
    [InlineData("fnc {", "cluster.hocon:1:6: '}' expected, found the end of the file")]
    public void A_file_is_named_with_line_and_column(string text, string message)
    {
        host.Write("cluster.hocon", text);
        Assert.Equal(message, Assert.Throws<ConfigurationException>(() => host.Load("")).Message);
    }
}
