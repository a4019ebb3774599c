using Kindred.Actors.Messaging;
using Microsoft.Extensions.Logging;

namespace Kindred.Actors.Engines;

internal static partial class EngineLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Path} failed on {Message}: {Directive}")]
    internal static partial void Failed(ILogger log, Exception failure, string path, string message, string directive);

    [LoggerMessage(Level = LogLevel.Error, Message = "The supervisor strategy of {Path} failed: it is stopped")]
    internal static partial void StrategyFailed(ILogger log, Exception failure, string path);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Path} failed in PostStop")]
    internal static partial void PostStopFailed(ILogger log, Exception failure, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Message} to {Path} was not delivered: {Reason} ({Others} others since the last such line)")]
    internal static partial void DeadLetter(ILogger log, string message, string path, string reason, long others);
}
