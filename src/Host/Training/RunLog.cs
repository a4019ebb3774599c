using Microsoft.Extensions.Logging;

namespace Kindred.Host.Training;

/// <summary>The run's log file: a line per message, exceptions whole below it.</summary>
internal sealed class RunLog(string path, TimeProvider clock) : ILoggerProvider
{
    private readonly Lock gate = new();
    private bool failed;
    private readonly StreamWriter file = new(path, append: true) { AutoFlush = true };

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose() => file.Dispose();

    private void Write(LogLevel level, string category, string message, Exception? exception)
    {
        lock (gate)
        {
            try
            {
                WriteLine(level, category, message, exception);
            }
            catch (IOException full) when (!failed)
            {
                failed = true; // a full disk must not end a run before its checkpoint says so
                Console.Error.WriteLine($"kindred: warning: the log {path} can't be written any more: {full.Message}");
            }
            catch (IOException)
            {
                return; // said once
            }
        }
    }

    private void WriteLine(LogLevel level, string category, string message, Exception? exception)
    {
        file.WriteLine($"{clock.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {level} {category}: {message}");
        if (exception is not null)
            file.WriteLine(exception);
    }

    private sealed class Category(RunLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                log.Write(logLevel, name, formatter(state, exception), exception);
        }
    }
}
