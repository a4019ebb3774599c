using Kindred.Actors.Engines.RabbitMq;
using Kindred.Actors.Messaging;
using Kindred.Tests.Cluster;

namespace Kindred.Tests.Messaging;

[Collection(BrokerTests.Name)]
public sealed class RabbitConformanceTests(TestBroker broker) : ThreadedConformanceTests
{
    protected override IActorEngine Make(EngineOptions options) => MakeAsync(options).GetAwaiter().GetResult();

    private async Task<IActorEngine> MakeAsync(EngineOptions options)
    {
        var rabbit = new RabbitOptions { Broker = broker.Process.Address, Cluster = TestBroker.NewCluster() };
        return await RabbitEngine.JoinAsync(options, rabbit, new MemoryPlane(), TestContext.Current.CancellationToken);
    }
}
