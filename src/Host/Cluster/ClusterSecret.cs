using System.Security.Cryptography;
using System.Text;
using Kindred.Actors.Protocol.Store;
using Kindred.Host.Configuration;

namespace Kindred.Host.Cluster;

/// <summary>The secret by which a run's nodes know one another. The first node makes one, in the run's folder, for its owner's eyes only.</summary>
internal static class ClusterSecret
{
    private const int Length = 64, MarkLength = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <exception cref="ConfigurationException">The file that was named isn't there, is empty, or holds another secret than the run's first node has.</exception>
    /// <exception cref="RunStoreException">The run's own can't be read.</exception>
    public static async Task<string> OfAsync(Settings settings, TimeProvider clock)
    {
        var (run, file) = (settings.Run.Folder, settings.Cluster.SecretFile);
        var ofRun = await OfRunAsync(run, clock);
        var secret = file is null ? ofRun : ReadFile(file, "cluster.secret");
        var mark = HMACSHA256.HashData(Encoding.UTF8.GetBytes(ofRun), Encoding.UTF8.GetBytes(secret)).AsMemory(0, MarkLength);
        var path = Path.Combine(run, "secret-mark");
        new PosixFiles().TryCreate(path, mark);
        return mark.Span.SequenceEqual(File.ReadAllBytes(path)) ? secret
            : throw new ConfigurationException($"cluster.secret: {file ?? $"{run}/secret"} isn't the secret of the nodes that train {run}");
    }

    /// <summary>Unlike any other run's; not secret itself.</summary>
    public static async Task<string> RunNameAsync(string run, TimeProvider clock) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(await OfRunAsync(run, clock))))[..12];

    /// <exception cref="ConfigurationException">The file isn't there, or is empty.</exception>
    public static string ReadFile(string path, string key)
    {
        try
        {
            return File.ReadAllText(path).Trim() is { Length: > 0 } text ? text : throw new ConfigurationException($"{key}: {path} is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{key}: {path} can't be read: {e.Message}", e);
        }
    }

    private static async Task<string> OfRunAsync(string run, TimeProvider clock)
    {
        var path = Path.Combine(run, "secret");
        TryMake(path);
        var start = clock.GetTimestamp();
        while (true)
        {
            if (await File.ReadAllTextAsync(path) is { Length: Length } secret)
                return secret;
            if (clock.GetElapsedTime(start) > Patience)
                throw new RunStoreException($"{path} isn't whole; delete it while no node runs.");
            await Task.Delay(TimeSpan.FromSeconds(0.1), clock);
        }
    }

#pragma warning disable CA1416 // Linux is what Kindred runs on.
    private static void TryMake(string path)
    {
        try
        {
            using var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            file.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Length / 2))));
        }
        catch (IOException) when (File.Exists(path))
        {
            return; // another node was first
        }
    }
#pragma warning restore CA1416
}
