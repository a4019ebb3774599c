using System.Security.Cryptography;
using System.Text;
using Kindred.Actors.Protocol.Store;
using Kindred.Data;
using Kindred.Host.Configuration;

namespace Kindred.Host.Cluster;

/// <summary>The secret by which a run's nodes know one another. The first node makes one, in the run's folder, for its owner's eyes only.</summary>
internal static class ClusterSecret
{
    private const int Length = 64, MarkLength = 8;

    /// <exception cref="ConfigurationException">The file that was named isn't there, is empty, or holds another secret than the run's first node has.</exception>
    /// <exception cref="RunStoreException">The run's own can't be read, or isn't whole.</exception>
    public static string Of(Settings settings)
    {
        var (run, file) = (settings.Run.Folder, settings.Cluster.SecretFile);
        var ofRun = OfRun(run);
        var secret = file is null ? ofRun : ReadFile(file, "cluster.secret");
        var mark = HMACSHA256.HashData(Encoding.UTF8.GetBytes(ofRun), Encoding.UTF8.GetBytes(secret)).AsMemory(0, MarkLength);
        var path = Path.Combine(run, "secret-mark");
        new PosixFiles().TryCreate(path, mark);
        return mark.Span.SequenceEqual(Read(path)) ? secret
            : throw new ConfigurationException($"cluster.secret: {file ?? $"{run}/secret"} isn't the secret of the nodes that train {run}");
    }

    /// <summary>Unlike any other run's, also that of a copy of this one's folder; not secret itself.</summary>
    /// <exception cref="RunStoreException">The secret can't be made or read.</exception>
    public static string RunName(string run)
    {
        var secret = OfRun(run);
        try
        {
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{secret} {FileNumber.Of(Path.Combine(run, "secret"))}")))[..12];
        }
        catch (IOException reason)
        {
            throw new RunStoreException(reason.Message, reason);
        }
    }

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

    private static string OfRun(string run)
    {
        var path = Path.Combine(run, "secret");
        if (!File.Exists(path))
            PosixFiles.TryCreateSecret(path, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Length / 2))));
        return Encoding.UTF8.GetString(Read(path)) is { Length: Length } secret ? secret : throw new RunStoreException($"{path} isn't whole; delete it while no node runs.");
    }

    private static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunStoreException($"{path} can't be read ({e.Message.TrimEnd('.')}): all nodes of a run need it, as one user, or as a group that you let read it.", e);
        }
    }
}
