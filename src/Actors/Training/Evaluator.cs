using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol;
using Kindred.Actors.Protocol.Store;
using Kindred.Data;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>Evaluates snapshots of the model state on a thread of its own, beside the training, one at a time.</summary>
public sealed class Evaluator(IEvaluation evaluation, IActorRef coordinator) : Actor
{
    private IExecutor? thread;
    private Heartbeat? heartbeat;
    private EvaluationBegun? underWay;
    private Evaluated? newest;

    protected internal override void PreStart()
    {
        thread = Context.Executor("evaluation");
        heartbeat = new Heartbeat(Context, Role.Evaluator, coordinator, () => (null, null));
    }

    protected internal override void Receive(object message)
    {
        switch (message)
        {
            case Evaluate request when newest?.At == request.At:
                request.State.Dispose();
                coordinator.Tell(newest = newest with { Term = request.Term }, Self);
                break;
            case Evaluate request when underWay?.At == request.At:
                request.State.Dispose();
                underWay = underWay with { Term = request.Term };
                break;
            case Evaluate request:
                Measure(request);
                break;
            case Evaluated result:
                newest = underWay?.At == result.At ? result with { Term = underWay.Term } : result;
                underWay = underWay?.At == result.At ? null : underWay;
                coordinator.Tell(newest, Self);
                break;
            case MeasuringFailed(DataException reason):
                coordinator.Tell(new Failed(reason), Self);
                break;
            case MeasuringFailed(var reason):
                coordinator.Tell(new Faulted(reason), Self);
                throw new InvalidOperationException($"Evaluating failed: {reason.Message}", reason);
            case Heartbeat.Beat:
                heartbeat!.Send();
                SayAgain();
                break;
        }
    }

    /// <summary>Either may have been lost, and the run can't end without an answer.</summary>
    private void SayAgain()
    {
        if (underWay is not null)
            coordinator.Tell(underWay, Self);
        if (newest is not null)
            coordinator.Tell(newest, Self);
    }

    private void Measure(Evaluate request)
    {
        underWay = new EvaluationBegun(request.Term, request.At);
        coordinator.Tell(underWay, Self);
        Context.Run(
            thread!,
            () =>
            {
                using var state = request.State;
                return evaluation.Evaluate(state);
            },
            result => new Evaluated(request.Term, request.At, result),
            error => new MeasuringFailed(error));
    }

    private sealed record MeasuringFailed(Exception Reason);
}
