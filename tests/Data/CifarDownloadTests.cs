using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Kindred.Data;
using Kindred.Data.Cifar;

namespace Kindred.Tests.Data;

public sealed class CifarDownloadTests : IDisposable
{
    private const string Folder = "cifar-10-batches-bin";
    private readonly TemporaryFolder cache = new();
    private readonly HttpListener server = new();
    private readonly byte[] archive = Archive();
    private readonly Uri address;
    private int requests;

    public CifarDownloadTests()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/cifar.tar.gz");
        }

        server.Prefixes.Add(new Uri(address, "/").ToString());
    }

    private CifarArchive Good
    {
        get
        {
            using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
            md5.AppendData(archive);
            return new CifarArchive(address, Convert.ToHexStringLower(md5.GetHashAndReset()), Folder);
        }
    }

    public void Dispose()
    {
        server.Close();
        cache.Dispose();
    }

    [Fact]
    public async Task It_is_fetched_once_and_can_be_opened()
    {
        var serving = Serve(200);
        long last = 0;
        var path = await CifarDownload.FetchAsync(Good, cache.Path, (done, all) => (last, _) = (done, Assert.NotNull(all)));
        using (var sets = DataSets.Open(new DataOptions { Kind = DataKind.Cifar10, Path = path }))
            Assert.Equal((3, 3), (sets.Train.Count, sets.Evaluation!.Count));
        Assert.Equal(archive.Length, last);
        Assert.Equal(path, await CifarDownload.FetchAsync(Good, cache.Path));
        Assert.Equal(1, requests);
        Assert.Equal([path], Directory.EnumerateFileSystemEntries(cache.Path));
        server.Stop();
        await serving;
    }

    [Fact]
    public async Task A_wrong_checksum_leaves_nothing()
    {
        _ = Serve(200);
        await Fails(Good with { Md5 = CifarArchive.Cifar10.Md5 }, "expected c32a1d4ab5d03f1284b67883e8d87530");
    }

    [Fact]
    public async Task A_refusal_is_told()
    {
        _ = Serve(404);
        await Fails(Good, "404");
    }

    [Fact]
    public Task No_network_is_told() => Fails(Good, address.Authority);

    [Fact]
    public async Task A_cache_that_cannot_be_written_is_told()
    {
        _ = Serve(200);
        File.WriteAllText(cache["file"], "");
        var failure = await Assert.ThrowsAsync<DataException>(() => CifarDownload.FetchAsync(Good, cache["file"] + "/below"));
        Assert.Contains("can't be downloaded to", failure.Message);
    }

    [Fact]
    public async Task Cancelling_leaves_nothing()
    {
        _ = Serve(200);
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => CifarDownload.FetchAsync(Good, cache.Path, (_, _) => cancel.Cancel(), cancel.Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(cache.Path));
    }

    private async Task Fails(CifarArchive what, string part)
    {
        var failure = await Assert.ThrowsAsync<DataException>(() => CifarDownload.FetchAsync(what, cache.Path));
        Assert.Contains(part, failure.Message);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(cache.Path));
    }

    private async Task Serve(int status)
    {
        server.Start();
        while (server.IsListening)
        {
            try
            {
                var context = await server.GetContextAsync();
                requests++;
                context.Response.StatusCode = status;
                context.Response.ContentLength64 = archive.Length;
                await context.Response.OutputStream.WriteAsync(archive);
                context.Response.Close();
            }
            catch (Exception end) when (end is HttpListenerException or ObjectDisposedException)
            {
                return; // the test is over, or the client went away
            }
        }
    }

    private static byte[] Archive()
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(new GZipStream(bytes, CompressionLevel.Fastest)))
            foreach (var file in new[] { "data_batch_1.bin", "test_batch.bin" })
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"{Folder}/{file}")
                {
                    DataStream = new MemoryStream(new byte[3 * 3073]),
                });
        return bytes.ToArray();
    }
}
