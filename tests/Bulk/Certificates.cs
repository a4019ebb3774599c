using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kindred.Actors.Bulk;

namespace Kindred.Tests.Bulk;

internal static class Certificates
{
    /// <summary>An authority of this name and a certificate for this machine, as PEM files.</summary>
    public static BulkTls Write(string folder, string authority)
    {
        string In(string file) => Path.Combine(folder, file);
        using var root = Authority(authority);
        using var own = ForThisMachine(root);
        File.WriteAllText(In($"{authority}.pem"), root.ExportCertificatePem());
        File.WriteAllText(In($"{authority}-node.pem"), own.ExportCertificatePem());
        File.WriteAllText(In($"{authority}-node.key"), own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return new BulkTls(In($"{authority}-node.pem"), In($"{authority}-node.key"), In($"{authority}.pem"));
    }

    public static X509Certificate2 Authority(string name, X509Certificate2? by = null) => Signed(name, new X509BasicConstraintsExtension(true, false, 0, true), by);

    public static X509Certificate2 ForThisMachine(X509Certificate2 by)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        return Signed("node", names.Build(), by);
    }

    /// <summary>With its key, until tomorrow.</summary>
    private static X509Certificate2 Signed(string name, X509Extension extension, X509Certificate2? by)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(extension);
        if (by is null)
            return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var signed = request.Create(by, new DateTimeOffset(by.NotBefore), new DateTimeOffset(by.NotAfter), Guid.NewGuid().ToByteArray());
        return signed.CopyWithPrivateKey(key);
    }
}
