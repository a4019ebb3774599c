using System.Net;
using Kindred.Actors.Bulk;
using Kindred.Tests.Store;

namespace Kindred.Tests.Bulk;

public sealed class BulkTlsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task ByCertificatesOfOneAuthority()
    {
        var ours = Certificates.Write(folder.Path, "ours");
        await using var planes = await Planes.Start(Planes.Options with { Tls = ours });
        Assert.StartsWith("https://127.0.0.1:", planes.Owner.Address, StringComparison.Ordinal);
        using var bundle = Planes.Bundle(100_000);
        using var pulled = await planes.Puller.PullAsync(planes.Owner.Offer(bundle.Share()), CancellationToken.None);
        Assert.Equal(Planes.Describe(bundle.Entries()), Planes.Describe(pulled.Entries()));
    }

    [Fact]
    public async Task ACertificateOfAnotherAuthority()
    {
        await using var planes = await Planes.Start(Planes.Options with { Tls = Certificates.Write(folder.Path, "ours") }, Planes.Options with { Tls = Certificates.Write(folder.Path, "theirs") });
        var refused = await Assert.ThrowsAsync<PullException>(() => planes.Puller.PullAsync(planes.Owner.Offer(Planes.Bundle(4)), CancellationToken.None));
        Assert.Contains("certificate", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("192.0.2.1")]
    [InlineData("::")]
    public async Task NotBeyondLoopbackWithoutIt(string address)
    {
        var refused = await Assert.ThrowsAsync<LinkException>(() => Planes.Start(Planes.Options with { Address = IPAddress.Parse(address) }));
        Assert.Contains($"{address}: beyond loopback that takes TLS", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FilesThatAreNotThere()
    {
        var ours = Certificates.Write(folder.Path, "ours");
        foreach (var (wrong, named) in new[] { (ours with { Key = folder["no.key"] }, "no.key"), (ours with { Authority = folder["no.pem"] }, "no.pem") })
        {
            var refused = await Assert.ThrowsAsync<LinkException>(() => Planes.Start(Planes.Options with { Tls = wrong }));
            Assert.Contains(named, refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refused.Message);
        }
    }

    [Fact]
    public async Task APortThatIsTaken()
    {
        await using var planes = await Planes.Start();
        var port = new Uri(planes.Owner.Address).Port;
        var refused = await Assert.ThrowsAsync<LinkException>(() => Planes.Start(Planes.Options with { Port = port }));
        Assert.Contains($"127.0.0.1:{port}", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();
}
