using System.Security.Cryptography;
using System.Text;

namespace Kindred.Actors.Bulk;

/// <summary>
/// Proves that one holds the cluster's secret without sending it: who pulls signs a fresh nonce and what it asks for, and the owner
/// signs the same nonce in its answer.
/// </summary>
internal sealed class BulkSecret(string secret)
{
    public const string ProofHeader = "Kindred-Proof";

    private const string Scheme = "Kindred ";
    private const int NonceLength = 16;

    private readonly byte[] key = SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>A value of the Authorization header for one request, and the proof that its answer must carry.</summary>
    public (string Authorization, string Proof) Ask(string method, string path)
    {
        var nonce = Convert.ToHexString(RandomNumberGenerator.GetBytes(NonceLength));
        return ($"{Scheme}{nonce}:{Sign("pull", nonce, method, path)}", Sign("owner", nonce, method, path));
    }

    /// <summary>The proof to answer with; null: whoever asks doesn't hold the secret.</summary>
    public string? Answer(string? authorization, string method, string path)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.Ordinal))
            return null;
        var parts = authorization[Scheme.Length..].Split(':');
        if (parts is not [{ Length: 2 * NonceLength } nonce, var signature] || !Equal(signature, Sign("pull", nonce, method, path)))
            return null;
        return Sign("owner", nonce, method, path);
    }

    public static bool Equal(string a, string b) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));

    private string Sign(string side, string nonce, string method, string path) =>
        Convert.ToHexString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{side}\n{nonce}\n{method}\n{path}")));
}
