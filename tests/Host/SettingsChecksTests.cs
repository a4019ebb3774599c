using Kindred.Host.Configuration;

namespace Kindred.Tests.Host;

public sealed class SettingsChecksTests : IDisposable
{
    private readonly HostTesting host = new();

    public void Dispose() => host.Dispose();

    [Theory]
    [InlineData("fnc.topk=0 fnc.threshold=-1", "switch both filters off")]
    [InlineData("fnc.support=0 fnc.supportViews=extra", "fnc.supportViews=extra needs fnc.support")]
    [InlineData("method=simclr views=1", "views=1 make one")]
    [InlineData("views=1 fnc.support=0", "two views of each image")]
    [InlineData("devices=cpu*4 shards=2", "makes 4 workers, more than shards=2")]
    [InlineData("shards=4 batch=7", "two images in each of the 4 shards")]
    [InlineData("devices=cuda:0", "cuda:0 doesn't exist, libtorch finds no GPU")]
    [InlineData("model=resnet19", "there is no 'resnet19'; did you mean 'resnet")]
    [InlineData("stem=imagenet", "stem=imagenet is for resnet18, 34 and 50, not for resnet8")]
    [InlineData("data=folder", "data=folder needs data.path=FOLDER")]
    [InlineData("data.limit=100 data.holdout=100", "leaves nothing")]
    [InlineData("aug.crop.min=0.9 aug.crop.max=0.5", "aug.crop.min=0.9 is above")]
    [InlineData("negatives=bank bank.length=1023", "less than the 1024 rows of one step")]
    [InlineData("consistency=async shards=4 negatives=bank bank.length=255", "less than the 256 rows of one shard")]
    [InlineData("staleness=3", "staleness is for consistency=async, and this is consistency=sync")]
    [InlineData("consistency=async local.steps=3", "local.steps is for consistency=local, and this is consistency=async")]
    [InlineData("consistency=local bit_exact=true", "bit_exact=true is for consistency=sync")]
    [InlineData("consistency=bulk", "'bulk' is not sync, async or local")]
    [InlineData("negatives=bank bank.views=main views=1 fnc.support=3", "needs views of at least 2")]
    [InlineData("metrics.listen=9464", "metrics.listen: '9464' is not an address")]
    [InlineData("telemetry.otlp=nowhere", "telemetry.otlp: 'nowhere' is not an address")]
    public void Contradictions_are_refused(string arguments, string message) =>
        Assert.Contains(message, Assert.Throws<ConfigurationException>(() => host.Load(arguments)).Message);

    [Theory]
    [InlineData("fnc.topk=0")]
    [InlineData("fnc.threshold=-1")]
    [InlineData("fnc.topk=0 fnc.threshold=-1 fnc.oracle=true")]
    [InlineData("method=simclr fnc.topk=0 fnc.threshold=-1")]
    [InlineData("views=1 fnc.support=1")]
    [InlineData("shards=4 batch=8")]
    [InlineData("negatives=bank bank.length=1024")]
    [InlineData("negatives=bank bank.length=16 bank.current=false")]
    [InlineData("graphs=unlimited")]
    [InlineData("consistency=async shards=4 negatives=bank bank.length=256")]
    public void Their_neighbours_are_not(string arguments) => host.Load(arguments);

    [Theory]
    [InlineData("fnc.start=10", "fnc.start=10 lies beyond epochs=10")]
    [InlineData("method=simclr fnc.topk=3", "fnc.topk does nothing with method=simclr")]
    [InlineData("consistency=local negatives=bank graphs=2", "consistency=local is not bit-exact", "graphs does nothing with consistency=local")]
    [InlineData("consistency=local negatives=bank", "consistency=local is not bit-exact")]
    [InlineData("consistency=local shards=4", "consistency=local is not bit-exact", "those of one shard, 64 images")]
    [InlineData("consistency=async devices=cpu*4 staleness=2 negatives=bank", "not bit-exact", "staleness=2 keeps only 3 of 4 workers busy")]
    [InlineData("bank.length=99", "bank.length does nothing with negatives=batch")]
    [InlineData("threads=9", "threads=9 on 8 cores")]
    public void What_is_probably_not_meant_is_a_warning(string arguments, params string[] messages)
    {
        var warnings = host.Load(arguments).Warnings.Order().ToArray();
        Assert.Equal(messages.Length, warnings.Length);
        Assert.All(messages, message => Assert.Contains(warnings, warning => warning.Contains(message, StringComparison.Ordinal)));
    }

    [Fact]
    public void The_defaults_give_no_warning() => Assert.Empty(host.Load("").Warnings);
}
