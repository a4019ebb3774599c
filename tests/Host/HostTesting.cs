using Kindred.Host.Configuration;

namespace Kindred.Tests.Host;

/// <summary>A made-up machine, and a folder that goes away with the test.</summary>
internal sealed class HostTesting : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("kindred-host-").FullName;

    public static MachineFacts Machine(int cores = 8, bool bf16 = false, int gpus = 0, string? data = null) => new(
        cores, bf16, gpus, new DateTimeOffset(2026, 11, 23, 15, 45, 1, TimeSpan.Zero), name => name == "KINDRED_DATA" ? data : null);

    public LoadedSettings Load(string arguments, MachineFacts? machine = null) =>
        SettingsLoader.Load(new(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)), Folder, machine ?? Machine());

    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
