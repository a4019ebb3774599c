using Kindred.Actors.Protocol.Store;
using Kindred.Data;
using Microsoft.Extensions.Logging;

namespace Kindred.Host.Training;

/// <summary>The run's log file: a line per message, exceptions whole below it.</summary>
internal sealed class RunLog : ILoggerProvider
{
    private readonly Lock gate = new();
    private readonly string path;
    private readonly TimeProvider clock;
    private readonly StreamWriter file;
    private bool failed;

    private RunLog(string path, TimeProvider clock, StreamWriter file) => (this.path, this.clock, this.file) = (path, clock, file);

    /// <exception cref="RunStoreException">The file can't be written.</exception>
    public static RunLog Open(string path, TimeProvider clock)
    {
        if (FileKind.IsNoFile(path))
            throw new RunStoreException($"The log {path} can't be written (a folder, a device or a pipe is there): move it away.");
        try
        {
            return new RunLog(path, clock, new StreamWriter(path, append: true) { AutoFlush = true });
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new RunStoreException($"The log {path} can't be written ({refused.Message}): give this user the right to, or move it away.", refused);
        }
    }

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
