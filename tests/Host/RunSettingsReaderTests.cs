using Kindred.Actors.Protocol.Store;
using Kindred.Host.Configuration;

namespace Kindred.Tests.Host;

public sealed class RunSettingsReaderTests : IDisposable
{
    private readonly HostTesting host = new();

    public void Dispose() => host.Dispose();

    private Settings Write(string arguments)
    {
        var settings = host.Load(arguments).Settings;
        host.Write("config.hocon", SettingsFile.Format(settings));
        return settings;
    }

    [Fact]
    public void A_run_goes_on_with_what_it_was_started_with_on_any_machine()
    {
        var settings = Write("shards=2");
        var again = RunSettingsReader.Load(host.Folder, new([]), HostTesting.Machine(cores: 64, bf16: true, gpus: 8)).Settings;
        Assert.Equal(settings with { Run = settings.Run with { Folder = host.Folder } }, again);
    }

    [Fact]
    public void Where_and_how_long_it_goes_may_change()
    {
        Write("shards=4");
        var again = RunSettingsReader.Load(host.Folder, new(["devices=cpu*4", "steps=9"]), HostTesting.Machine()).Settings;
        Assert.Equal(("cpu*4", 9L), (again.Machine.Devices.ToString(), again.Optimization.Steps));
    }

    [Theory]
    [InlineData("batch=8")]
    [InlineData("threads=1")]
    [InlineData("seed=2")]
    public void What_it_computes_may_not(string argument)
    {
        Write("");
        var error = Assert.Throws<ConfigurationException>(() =>
            RunSettingsReader.Load(host.Folder, new([argument]), HostTesting.Machine()));
        Assert.Contains("belongs to the run", error.Message);
    }

    [Fact]
    public void No_run_and_a_damaged_one_are_matters_of_the_run_directory()
    {
        Assert.Throws<RunStoreException>(() => RunSettingsReader.Load(host.Folder, new([]), HostTesting.Machine()));
        host.Write("config.hocon", "batch = = 3");
        var error = Assert.Throws<RunStoreException>(() => RunSettingsReader.Load(host.Folder, new([]), HostTesting.Machine()));
        Assert.Contains("config.hocon:1:9", error.Message);
    }
}
