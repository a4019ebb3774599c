using Kindred.Host.Chaos;

namespace Kindred.Tests.Cluster;

/// <summary>Tests that need a broker share one, and run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class BrokerTests : ICollectionFixture<TestBroker>
{
    public const string Name = "broker";
}

/// <summary>A broker for the tests of one collection. It starts before the first of them, whose time doesn't count it.</summary>
public sealed class TestBroker : IAsyncLifetime
{
    private static int clusters;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("kindred-broker-");

    public BrokerProcess Process { get; private set; } = null!;

    /// <summary>A name that no other test has.</summary>
    public static string NewCluster() => $"test{Interlocked.Increment(ref clusters)}";

    public async ValueTask InitializeAsync() => Process = await BrokerProcess.StartAsync(folder.FullName);

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
