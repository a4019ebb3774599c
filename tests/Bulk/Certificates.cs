using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kindred.Actors.Bulk;

namespace Kindred.Tests.Bulk;

/// <summary>An authority of this name and a certificate for this machine, as PEM files.</summary>
internal static class Certificates
{
    public static BulkTls Write(string folder, string authority)
    {
        string In(string file) => Path.Combine(folder, file);
        var now = DateTimeOffset.UtcNow;
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest($"CN={authority}", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = rootRequest.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=node", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(root, now.AddDays(-1), now.AddDays(1), [1, 2, 3]);
        File.WriteAllText(In($"{authority}.pem"), root.ExportCertificatePem());
        File.WriteAllText(In($"{authority}-node.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(In($"{authority}-node.key"), key.ExportPkcs8PrivateKeyPem());
        return new BulkTls(In($"{authority}-node.pem"), In($"{authority}-node.key"), In($"{authority}.pem"));
    }
}
