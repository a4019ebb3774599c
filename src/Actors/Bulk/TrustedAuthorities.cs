using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Kindred.Actors.Bulk;

/// <summary>The authorities of a PEM file, and no others.</summary>
internal static class TrustedAuthorities
{
    /// <exception cref="LinkException">The file can't be read, or holds none.</exception>
    public static X509ChainPolicy Of(string file)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new LinkException($"cluster.tls.authority={file} can't be used: {e.Message.ReplaceLineEndings(" ")}", e);
        }

        return policy.CustomTrustStore.Count > 0 ? policy : throw new LinkException($"cluster.tls.authority={file} holds no certificate");
    }
}
