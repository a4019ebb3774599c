using Kindred.Actors.Engines;
using Kindred.Actors.Messaging;

namespace Kindred.Tests.Messaging;

public sealed class LocalConformanceTests : ThreadedConformanceTests
{
    protected override IActorEngine Make(EngineOptions options) => new LocalEngine(options);
}
