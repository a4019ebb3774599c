using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Kindred.Data.Cifar;

/// <summary>A .tar.gz that holds one folder of .bin files.</summary>
/// <param name="Address">Where it is downloaded from.</param>
/// <param name="Md5">Lower-case hexadecimal, as its authors publish it.</param>
/// <param name="Folder">The folder inside.</param>
public sealed record CifarArchive(Uri Address, string Md5, string Folder)
{
    /// <summary>https://www.cs.toronto.edu/~kriz/cifar.html, 170 MB.</summary>
    public static readonly CifarArchive Cifar10 = new(
        new Uri("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"), "c32a1d4ab5d03f1284b67883e8d87530", "cifar-10-batches-bin");
}

/// <summary>Downloads an archive once into a cache folder: the data appear there whole and verified, or not at all.</summary>
public static class CifarDownload
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10), StallTimeout = TimeSpan.FromSeconds(30);

    /// <summary>$XDG_CACHE_HOME/kindred, else ~/.cache/kindred.</summary>
    public static string DefaultCache => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "kindred");

    /// <summary>The folder of the .bin files, downloaded unless it is there already.</summary>
    /// <param name="archive">What to fetch.</param>
    /// <param name="cache">Made where missing.</param>
    /// <param name="progress">Bytes so far, and in all where the server says so.</param>
    /// <param name="cancel">Gives up; nothing is left behind.</param>
    /// <exception cref="DataException">No network, a wrong checksum, or no room: the caller may fall back to other data.</exception>
    public static async Task<string> FetchAsync(
        CifarArchive archive, string cache, Action<long, long?>? progress = null, CancellationToken cancel = default)
    {
        var target = Path.Combine(cache, archive.Folder);
        if (Directory.Exists(target))
            return target;
        var temporary = Path.Combine(cache, $".download-{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(temporary);
            var file = Path.Combine(temporary, "archive.tar.gz");
            await DownloadAsync(archive, file, progress, cancel);
            await ExtractAsync(file, temporary, cancel);
            Install(Path.Combine(temporary, archive.Folder), target);
            return target;
        }
        catch (Exception failure) when (IsExpected(failure) && !cancel.IsCancellationRequested)
        {
            throw new DataException($"{archive.Address} can't be downloaded to {cache}: {Explain(failure)}", failure);
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
    }

    private static bool IsExpected(Exception failure) =>
        failure is HttpRequestException or IOException or UnauthorizedAccessException or InvalidDataException or OperationCanceledException;

    private static string Explain(Exception failure) =>
        failure is OperationCanceledException ? "the server doesn't answer." : failure.Message;

    private static async Task DownloadAsync(CifarArchive archive, string file, Action<long, long?>? progress, CancellationToken cancel)
    {
        using var client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = ConnectTimeout });
        client.Timeout = Timeout.InfiniteTimeSpan; // a slow download is fine; one that stands still is not
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        stall.CancelAfter(StallTimeout);
        using var response = await client.GetAsync(archive.Address, HttpCompletionOption.ResponseHeadersRead, stall.Token);
        response.EnsureSuccessStatusCode();
        await using var source = await response.Content.ReadAsStreamAsync(stall.Token);
        await using var target = File.Create(file);
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var buffer = new byte[1 << 20];
        long total = 0;
        while (await source.ReadAsync(buffer, stall.Token) is var read and > 0)
        {
            stall.CancelAfter(StallTimeout);
            md5.AppendData(buffer, 0, read);
            await target.WriteAsync(buffer.AsMemory(0, read), cancel);
            progress?.Invoke(total += read, response.Content.Headers.ContentLength);
        }

        var found = Convert.ToHexStringLower(md5.GetHashAndReset());
        if (found != archive.Md5)
            throw new InvalidDataException($"its MD5 is {found}, expected {archive.Md5}; it was damaged or replaced on the way.");
    }

    private static async Task ExtractAsync(string file, string folder, CancellationToken cancel)
    {
        await using var compressed = File.OpenRead(file);
        await using var tar = new GZipStream(compressed, CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(tar, folder, overwriteFiles: false, cancel);
    }

    private static void Install(string extracted, string target)
    {
        try
        {
            Directory.Move(extracted, target);
        }
        catch (IOException) when (Directory.Exists(target))
        {
            // Another process finished first, with the same bytes.
        }
    }
}
