using Kindred.Actors.Engines.RabbitMq.Wire;
using Microsoft.Extensions.Logging;

namespace Kindred.Actors.Engines.RabbitMq;

/// <summary>Logs what comes from the broker and is no message for this node; at most one a second, for whoever may publish there could send millions.</summary>
internal sealed class Refusals(ILogger log, TimeProvider clock)
{
    private readonly LogLimit limit = new(clock);

    public void Add(WireException wrong)
    {
        if (limit.TryPass(out var others))
            RabbitLog.Refused(log, wrong.Message, others);
    }
}
