using Kindred.Actors.Engines;
using Kindred.Actors.Messaging;

namespace Kindred.Tests.Messaging;

public sealed class LocalConformanceTests : ThreadedConformanceTests
{
    protected override IActorEngine Make(EngineOptions options) => new LocalEngine(options);

    /// <summary>But where the work is faster than the turn that handed it over; then it is tried again.</summary>
    [Fact(Timeout = Hung)]
    public async Task What_follows_from_work_is_handled_on_its_thread()
    {
        var handled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Spawn("worker", (self, message) =>
        {
            if (Environment.CurrentManagedThreadId.Equals(message))
                handled.SetResult();
            else
                self.World.Run(self.World.Executor("heavy"), () => Environment.CurrentManagedThreadId, thread => thread, failure => failure);
        }).Tell("go");
        await handled.Task;
    }
}
