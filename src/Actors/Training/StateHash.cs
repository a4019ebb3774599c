using System.IO.Hashing;
using System.Text;
using Kindred.Gpu.Step;

namespace Kindred.Actors.Training;

/// <summary>One number for a whole state, against memory that silently goes bad: equal states have equal hashes on every machine.</summary>
public static class StateHash
{
    /// <returns>XxHash128 over names and bytes, in the bundle's order; 32 hexadecimal digits.</returns>
    public static string Of(TensorBundle state)
    {
        var hash = new XxHash128();
        foreach (var entry in state.Entries())
        {
            hash.Append(Encoding.UTF8.GetBytes(entry.Name));
            hash.Append(entry.Data.Span);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
