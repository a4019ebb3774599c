using Kindred.Actors.Messaging;
using Microsoft.Extensions.Logging;

namespace Kindred.Actors.Engines.RabbitMq;

internal static partial class RabbitLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Connected to the broker {Broker} as {Address}")]
    internal static partial void Connected(ILogger log, Uri broker, string address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection to the broker {Broker} has ended ({Why}): this node goes on when it is back")]
    internal static partial void Disconnected(ILogger log, Uri broker, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The broker {Broker} can't be reached ({Why}); tried again in {Seconds} s")]
    internal static partial void Unreachable(ILogger log, Uri broker, string why, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "Cluster: {Change}")]
    internal static partial void Changed(ILogger log, string change);

    [LoggerMessage(Level = LogLevel.Error, Message = "Refused what another node sent: {Why} ({Others} others since the last such line)")]
    internal static partial void Refused(ILogger log, string why, long others);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Message} of {Node} came without its bundles: {Why}")]
    internal static partial void PullFailed(ILogger log, string message, string node, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What the broker sent couldn't be dealt with")]
    internal static partial void HandlerFailed(ILogger log, Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "A heartbeat couldn't be sent")]
    internal static partial void HeartbeatFailed(ILogger log, Exception failure);
}
