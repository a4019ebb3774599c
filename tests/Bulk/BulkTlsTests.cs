using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kindred.Actors.Bulk;
using Kindred.Tests.Store;

namespace Kindred.Tests.Bulk;

public sealed class BulkTlsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task ByCertificatesOfOneAuthority()
    {
        var ours = Authority("ours");
        await using var planes = await Planes.Start(Planes.Options with { Tls = ours });
        Assert.StartsWith("https://127.0.0.1:", planes.Owner.Address, StringComparison.Ordinal);
        using var bundle = Planes.Bundle(100_000);
        using var pulled = await planes.Puller.PullAsync(planes.Owner.Offer(bundle.Share()), CancellationToken.None);
        Assert.Equal(Planes.Describe(bundle.Entries()), Planes.Describe(pulled.Entries()));
    }

    [Fact]
    public async Task ACertificateOfAnotherAuthority()
    {
        await using var planes = await Planes.Start(Planes.Options with { Tls = Authority("ours") }, Planes.Options with { Tls = Authority("theirs") });
        var refused = await Assert.ThrowsAsync<PullException>(() => planes.Puller.PullAsync(planes.Owner.Offer(Planes.Bundle(4)), CancellationToken.None));
        Assert.Contains("certificate", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("192.0.2.1")]
    [InlineData("::")]
    public async Task NotBeyondLoopbackWithoutIt(string address)
    {
        var refused = await Assert.ThrowsAsync<BulkPlaneException>(() => Planes.Start(Planes.Options with { Address = IPAddress.Parse(address) }));
        Assert.Contains($"{address}: beyond loopback that takes TLS", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FilesThatAreNotThere()
    {
        var ours = Authority("ours");
        foreach (var (wrong, named) in new[] { (ours with { Key = folder["no.key"] }, "no.key"), (ours with { Authority = folder["no.pem"] }, "no.pem") })
        {
            var refused = await Assert.ThrowsAsync<BulkPlaneException>(() => Planes.Start(Planes.Options with { Tls = wrong }));
            Assert.Contains(named, refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refused.Message);
        }
    }

    [Fact]
    public async Task APortThatIsTaken()
    {
        await using var planes = await Planes.Start();
        var port = new Uri(planes.Owner.Address).Port;
        var refused = await Assert.ThrowsAsync<BulkPlaneException>(() => Planes.Start(Planes.Options with { Port = port }));
        Assert.Contains($"127.0.0.1:{port}", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private BulkTls Authority(string name)
    {
        var now = DateTimeOffset.UtcNow;
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest($"CN={name}", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = rootRequest.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=node", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(root, now.AddDays(-1), now.AddDays(1), [1, 2, 3]);
        File.WriteAllText(folder[$"{name}.pem"], root.ExportCertificatePem());
        File.WriteAllText(folder[$"{name}-node.pem"], certificate.ExportCertificatePem());
        File.WriteAllText(folder[$"{name}-node.key"], key.ExportPkcs8PrivateKeyPem());
        return new BulkTls(folder[$"{name}-node.pem"], folder[$"{name}-node.key"], folder[$"{name}.pem"]);
    }
}
