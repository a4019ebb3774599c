using Kindred.Actors.Engines;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kindred.Simulation.Engine;

/// <summary>Hears from an engine's log of everything that an actor throws; all else that is logged is dropped.</summary>
internal sealed class FailureLogs(Action<string, Exception> failed) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => categoryName == typeof(LocalEngine).FullName ? this : NullLogger.Instance;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (exception is not null)
            failed(formatter(state, exception), exception);
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
