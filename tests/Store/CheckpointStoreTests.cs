using Kindred.Actors.Protocol.Store;

namespace Kindred.Tests.Store;

public sealed class CheckpointStoreTests : IDisposable
{
    private static readonly TermChain OneTerm = TermChain.Of([new(1, 0, 0)]);

    private readonly TemporaryFolder folder = new();
    private readonly PosixFiles files = new();
    private readonly List<string> warnings = [];

    private static readonly TermStep Later = new(int.MaxValue, long.MaxValue);

    private CheckpointStore Store => new(files, folder.Path, warnings.Add);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ACheckpointReadsBack()
    {
        Assert.Null(Store.NewestValid(OneTerm));
        Write(1, 100);
        Write(1, 200);
        var newest = Store.NewestValid(OneTerm)!;
        Assert.Equal(new TermStep(1, 200), newest.At);
        Assert.Equal(["model", "keeper"], newest.Parts.Select(p => p.Name));
        Assert.Equal([500_000, 70], newest.Parts.Select(p => p.Length));
        using var keeper = Store.OpenPart(newest, "keeper");
        Assert.Equal(Enumerable.Repeat((byte)200, 70), ReadAll(keeper));
        Assert.Equal(
            ["t0001-s000000100.json", "t0001-s000000100.keeper.safetensors", "t0001-s000000100.model.safetensors"],
            files.List(folder.Path).Where(n => n.Contains("100.", StringComparison.Ordinal)));
        Assert.Empty(warnings);
    }

    [Fact]
    public void APartWithoutManifestIsNoCheckpoint()
    {
        Write(1, 100);
        Store.WritePart(new(1, 200), "model", s => s.Write(new byte[10]));
        File.WriteAllBytes(folder["t0001-s000000200.keeper.safetensors.abc.tmp"], new byte[5]);
        Assert.Equal(100, Store.NewestValid(OneTerm)!.Step);
        Assert.Empty(warnings);
    }

    [Theory]
    [InlineData("model.safetensors", 0)]
    [InlineData("model.safetensors", 499_999)]
    [InlineData("keeper.safetensors", 33)]
    public void AFlippedBitIsFoundAndTheOlderOneTaken(string file, int at)
    {
        Write(1, 100);
        Write(1, 200);
        Damage($"t0001-s000000200.{file}", bytes => bytes[at] ^= 4);
        Assert.Equal(100, Store.NewestValid(OneTerm)!.Step);
        Assert.Contains("Skipped checkpoint t0001-s000000200: ", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Contains(file, warnings[0], StringComparison.Ordinal);
        Assert.Contains("was changed", warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public void ATruncatedOrMissingPartIsNamed()
    {
        Write(1, 100);
        Write(1, 200);
        Write(1, 300);
        File.Delete(folder["t0001-s000000300.keeper.safetensors"]);
        using (var model = File.OpenWrite(folder["t0001-s000000200.model.safetensors"]))
            model.SetLength(7);
        Assert.Equal(100, Store.NewestValid(OneTerm)!.Step);
        Assert.EndsWith("t0001-s000000300.keeper.safetensors is missing", warnings[0], StringComparison.Ordinal);
        Assert.EndsWith("t0001-s000000200.model.safetensors has 7 of 500000 bytes", warnings[1], StringComparison.Ordinal);
    }

    [Fact]
    public void NoBitOfAManifestFlipsUnnoticed()
    {
        Write(1, 100);
        Write(1, 200);
        var manifest = folder["t0001-s000000200.json"];
        var whole = File.ReadAllBytes(manifest);
        foreach (var at in Enumerable.Range(0, whole.Length).Where(i => !char.IsWhiteSpace((char)whole[i])))
        {
            var damaged = (byte[])whole.Clone();
            damaged[at] ^= 1;
            File.WriteAllBytes(manifest, damaged);
            Assert.Equal(100, Store.NewestValid(OneTerm)!.Step);
        }
    }

    [Fact]
    public void WhenNoneCanBeUsedAllAreNamed()
    {
        Write(1, 100);
        Write(1, 200);
        Damage("t0001-s000000100.json", bytes => bytes[0] = 0);
        File.Delete(folder["t0001-s000000200.model.safetensors"]);
        var error = Assert.Throws<RunStoreException>(() => Store.NewestValid(OneTerm));
        Assert.Contains("t0001-s000000200, t0001-s000000100 are damaged", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, warnings.Count);
    }

    [Fact]
    public void CheckpointsWithoutTermsAreNotTakenForANewRun()
    {
        Write(1, 100);
        var error = Assert.Throws<RunStoreException>(() => Store.NewestValid(TermChain.Of([])));
        Assert.Contains("terms are gone", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatDoesNotCountIsNotTaken()
    {
        var chain = TermChain.Of([new(1, 0, 0), new(2, 1, 200), new(3, 1, 100)]);
        Write(1, 100);
        Write(1, 200);
        Write(2, 300);
        Assert.Equal(new TermStep(1, 100), Store.NewestValid(chain)!.At);
        Write(3, 150);
        Assert.Equal([new(3, 150), new TermStep(1, 100)], Store.OnChain(chain).Select(c => c.At));
    }

    [Fact]
    public void PruningKeepsTheNewestAndTheBest()
    {
        foreach (var step in new[] { 100, 200, 300, 400, 500, 600 })
            Write(1, step);
        Store.MarkBest(new(1, 200, "knn_top1", 0.4));
        Store.Prune(OneTerm, keep: 3, before: Later);
        Assert.Equal([600, 500, 400, 200], Store.OnChain(OneTerm).Select(c => c.Step));
        Assert.All(Store.OnChain(OneTerm), c => Assert.True(Store.IsValid(c)));
        Assert.Equal(4 * 3 + 1, files.List(folder.Path).Count);
        Store.Prune(OneTerm, keep: 1, before: Later);
        Assert.Equal([600, 500, 200], Store.OnChain(OneTerm).Select(c => c.Step));
        Write(1, 700);
        Store.Prune(OneTerm, keep: 2, before: Later, new TermStep(1, 500));
        Assert.Equal([700, 600, 500, 200], Store.OnChain(OneTerm).Select(c => c.Step));
        Assert.Equal(0.4, Store.ReadBest(OneTerm)!.Value);
    }

    [Fact]
    public void PruningCountsOnlyWholeCheckpointsAndLeavesWhatIsBeingWritten()
    {
        foreach (var step in new[] { 100, 200, 300 })
            Write(1, step);
        File.Delete(folder["t0001-s000000300.keeper.safetensors"]);
        Store.WritePart(new(1, 400), "model", s => s.Write(new byte[10]));
        Store.Prune(OneTerm, keep: 2, before: Later);
        Assert.Equal([300, 200, 100], Store.OnChain(OneTerm).Select(c => c.Step));
        Assert.Contains("t0001-s000000400.model.safetensors", files.List(folder.Path));
    }

    [Fact]
    public void PruningRemovesAbandonedBranchesAndPartsWithoutManifest()
    {
        var chain = TermChain.Of([new(1, 0, 0), new(2, 1, 200), new(3, 1, 100)]);
        Write(1, 100);
        Write(1, 200);
        Write(2, 300);
        Store.WritePart(new(2, 400), "model", s => s.Write(new byte[10]));
        Write(3, 150);
        Store.Prune(chain, keep: 5, before: Later);
        var manifests = files.List(folder.Path).Where(name => Path.GetExtension(name) is ".json");
        Assert.Equal(["t0001-s000000100.json", "t0003-s000000150.json"], manifests);
        Assert.Equal(6, files.List(folder.Path).Count);
    }

    [Fact]
    public void ADeathWhilePruningLeavesOnlyWholeCheckpoints()
    {
        foreach (var step in new[] { 100, 200, 300, 400 })
            Write(1, step);
        for (var deletions = 0; deletions < 6; deletions++)
        {
            var dying = new CheckpointStore(new DiesAfter(files, deletions), folder.Path, warnings.Add);
            Assert.Throws<OperationCanceledException>(() => dying.Prune(OneTerm, keep: 2, before: Later));
            Assert.All(Store.OnChain(OneTerm), c => Assert.True(Store.IsValid(c)));
            Assert.Equal([400, 300], Store.OnChain(OneTerm).Select(c => c.Step).Take(2));
            Write(1, 100);
            Write(1, 200);
        }
    }

    [Fact]
    public void AMarkThatNoLongerCountsIsNone()
    {
        Store.MarkBest(new(1, 200, "knn_top1", 0.4));
        Assert.Null(Store.ReadBest(TermChain.Of([new(1, 0, 0), new(2, 1, 100)])));
    }

    private void Write(int term, long step)
    {
        var at = new TermStep(term, step);
        var fill = (byte)step;
        var model = Store.WritePart(at, "model", s =>
        {
            s.Write(new byte[100_000]);
            s.Write(Enumerable.Repeat(fill, 400_000).ToArray());
        });
        var keeper = Store.WritePart(at, "keeper", s => s.Write(Enumerable.Repeat(fill, 70).ToArray()));
        Store.WriteManifest(at, [model, keeper]);
    }

    private void Damage(string name, Action<byte[]> change)
    {
        var bytes = File.ReadAllBytes(folder[name]);
        change(bytes);
        File.WriteAllBytes(folder[name], bytes);
    }

    private static byte[] ReadAll(Stream stream)
    {
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private sealed class DiesAfter(IFiles inner, int deletions) : DecoratedFiles(inner)
    {
        private int left = deletions;

        public override void Delete(string path)
        {
            if (left-- == 0)
                throw new OperationCanceledException("killed");
            base.Delete(path);
        }
    }
}
