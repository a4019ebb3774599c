using FsCheck;
using FsCheck.Fluent;
using Kindred.Host.Configuration;

namespace Kindred.Tests.Host;

public sealed class SettingsFileTests : IDisposable
{
    private readonly HostTesting host = new();

    public void Dispose() => host.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("preset=fnc-paper-memory data=folder data.path=/a/\"b#c\" model=resnet18 devices=cpu*3,cpu lr=0.30000000000000004 progress.every=1ms")]
    [InlineData("negatives=batch+bank graphs=unlimited steps=30 data.limit=5 telemetry.otlp=http://localhost:4317 wd=1e-300")]
    public void A_written_configuration_reads_back_to_the_same_settings(string arguments)
    {
        var settings = host.Load(arguments).Settings;
        Assert.Equal(settings, SettingsFile.Parse(SettingsFile.Format(settings), "config.hocon"));
    }

    [Fact]
    public void Any_text_and_number_survives() =>
        Prop.ForAll<NonNull<string>, NormalFloat, long>((text, number, seed) =>
        {
            var settings = new Settings
            {
                Data = new() { Path = text.Get.Length == 0 ? null : text.Get },
                Optimization = new() { LearningRate = Math.Abs(number.Get) + 1e-9 },
                Run = new() { Seed = seed },
            };
            return settings == SettingsFile.Parse(SettingsFile.Format(settings), "config.hocon");
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_missing_key_is_named()
    {
        var text = SettingsFile.Format(new()).Replace("\nshards = 1\n", "\n");
        Assert.Equal("c: the key 'shards' is missing", Assert.Throws<ConfigurationException>(() => SettingsFile.Parse(text, "c")).Message);
    }

    [Fact]
    public void Every_key_has_help_a_range_and_a_default_that_it_accepts() => Assert.All(Keys.All, key =>
    {
        Assert.False(key.Help.EndsWith('.') || key.Help.Length is 0 or > 150, key.Name);
        if (key.Get(new Settings()) is { } value) Assert.Equal(value, key.Parse(ValueText.Format(value)));
    });

    [Fact]
    public void No_two_keys_share_a_name() => Assert.Distinct(Keys.All.Select(key => key.Name.ToLowerInvariant()));
}
