using Kindred.Actors.Bulk;
using Kindred.Data.Formats;
using Kindred.Gpu.Step;
using static TorchSharp.torch;

namespace Kindred.Tests.Bulk;

/// <summary>An owner and a puller.</summary>
internal sealed record Planes(HttpBulkPlane Owner, HttpBulkPlane Puller) : IAsyncDisposable
{
    /// <summary>Patient, since tests share the machine.</summary>
    public static readonly BulkOptions Options = new() { Secret = "between us", Patience = TimeSpan.FromMinutes(1) };

    public static Task<Planes> Start(BulkOptions? options = null, BulkOptions? puller = null) =>
        Start(new TorchBundleCodec(), options ?? Options, puller ?? options ?? Options);

    public static async Task<Planes> Start(IBundleCodec codec, BulkOptions owner, BulkOptions puller) => new(
        await HttpBulkPlane.StartAsync(owner, codec, CancellationToken.None),
        await HttpBulkPlane.StartAsync(puller, codec, CancellationToken.None));

    /// <summary>F32, so many elements, each another.</summary>
    public static TorchBundle Bundle(long elements) => new(("x", arange(elements, ScalarType.Float32)));

    public static IEnumerable<string> Describe(IEnumerable<SafeTensor> entries) => entries
        .OrderBy(e => e.Name, StringComparer.Ordinal)
        .Select(e => $"{e.Name} {e.Dtype} [{string.Join(",", e.Shape)}] {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(e.Data.Span))}");

    public async ValueTask DisposeAsync()
    {
        await Puller.DisposeAsync();
        await Owner.DisposeAsync();
    }
}
