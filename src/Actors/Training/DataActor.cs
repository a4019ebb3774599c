using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Data;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>
/// Reads, decodes and augments shards on threads of its own. It holds nothing: a worker asks for the next step's views while it
/// computes this one's, which is all the prefetching there is, and a view can be made again at any time.
/// </summary>
public sealed class DataActor(IViewSource source, int threads, IActorRef coordinator) : Actor
{
    private readonly HashSet<(long Step, int Shard, string Worker)> underWay = [];
    private IExecutor? readers;
    private Heartbeat? heartbeat;

    protected internal override void PreStart()
    {
        readers = Context.Executor("readers", threads);
        heartbeat = new Heartbeat(Context, Role.Data, coordinator, () => (null, null));
    }

    protected internal override void Receive(object message)
    {
        switch (message)
        {
            case ViewRequest request:
                Prepare(request, Sender!);
                break;
            case Prepared(var request, var worker, var views):
                underWay.Remove((request.Step, request.Shard, worker.Path));
                worker.Tell(new Views(request.Step, request.Shard, views), Self);
                break;
            case PreparingFailed(DataException reason, var request, var worker):
                underWay.Remove((request.Step, request.Shard, worker.Path));
                coordinator.Tell(new Failed(reason), Self);
                break;
            case PreparingFailed(var reason, _, _):
                coordinator.Tell(new Faulted(reason), Self);
                throw new InvalidOperationException($"Preparing views failed: {reason.Message}", reason);
            case Heartbeat.Beat:
                heartbeat!.Send();
                break;
        }
    }

    private void Prepare(ViewRequest request, IActorRef worker)
    {
        if (underWay.Add((request.Step, request.Shard, worker.Path)))
            Context.Run(
                readers!,
                () => source.Views(request.Step, request.Shard),
                views => new Prepared(request, worker, views),
                error => new PreparingFailed(error, request, worker));
    }

    private sealed record Prepared(ViewRequest Request, IActorRef Worker, TensorBundle Views);

    private sealed record PreparingFailed(Exception Reason, ViewRequest Request, IActorRef Worker);
}
