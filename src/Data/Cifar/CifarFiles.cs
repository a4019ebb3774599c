namespace Kindred.Data.Cifar;

/// <summary>
/// The binary version of CIFAR-10 or CIFAR-100 (Krizhevsky 2009): records of label bytes and 3072 bytes of R, G, B planes.
/// </summary>
/// <param name="Name">"cifar10" or "cifar100".</param>
/// <param name="Folder">The archive's own folder, looked for below data.path.</param>
/// <param name="LabelBytes">1, or 2: coarse then fine, of which the fine one is used.</param>
/// <param name="Classes">10 or 100.</param>
/// <param name="TrainFiles">In order.</param>
/// <param name="FullRecords">How many records each training file of the real set holds.</param>
internal sealed record CifarFiles(string Name, string Folder, int LabelBytes, int Classes, string[] TrainFiles, int FullRecords)
{
    public const int Side = 32;
    public const int PixelBytes = 3 * Side * Side;
    private const int FullTestRecords = 10_000;

    public static readonly CifarFiles Cifar10 = new("cifar10", "cifar-10-batches-bin", 1, 10,
        [.. Enumerable.Range(1, 5).Select(n => $"data_batch_{n}.bin")], 10_000) { TestFile = "test_batch.bin" };

    public static readonly CifarFiles Cifar100 = new("cifar100", "cifar-100-binary", 2, 100, ["train.bin"], 50_000)
    {
        TestFile = "test.bin",
    };

    public required string TestFile { get; init; }

    public int RecordBytes => LabelBytes + PixelBytes;

    /// <summary><paramref name="path"/>, or KINDRED_DATA where null; there or in the archive's own folder below.</summary>
    public string Locate(string? path)
    {
        var given = path ?? Environment.GetEnvironmentVariable("KINDRED_DATA");
        if (string.IsNullOrEmpty(given))
            throw new DataException($"{Name} needs data.path=FOLDER with {TrainFiles[0]}, "
                + $"or KINDRED_DATA set to the folder that holds {Folder}.");
        foreach (var folder in new[] { given, Path.Combine(given, Folder) })
            if (File.Exists(Path.Combine(folder, TrainFiles[0])))
                return folder;
        throw new DataException($"{Name}: {Path.Combine(given, TrainFiles[0])} is missing: "
            + "data.path (else KINDRED_DATA) must name the folder of the .bin files.");
    }

    /// <summary>
    /// The first <paramref name="limit"/> training records. Small sets of our own making may have fewer and shorter files; but once a
    /// file has the real set's length, all of them must.
    /// </summary>
    public byte[] ReadTraining(string folder, int? limit)
    {
        var parts = new List<byte[]>();
        var records = 0;
        foreach (var file in TrainFiles)
        {
            var path = Path.Combine(folder, file);
            if (records >= limit || (records > 0 && !File.Exists(path) && IsLast(folder, file, parts)))
                break;
            parts.Add(ReadRecords(path));
            CheckFull(folder, parts);
            records += parts[^1].Length / RecordBytes;
        }

        var all = new byte[Math.Min(records, limit ?? records) * RecordBytes];
        var filled = 0;
        foreach (var part in parts)
        {
            var taken = part.AsSpan(0, Math.Min(part.Length, all.Length - filled));
            taken.CopyTo(all.AsSpan(filled));
            filled += taken.Length;
        }

        return all;
    }

    /// <summary>All test records.</summary>
    public byte[] ReadTest(string folder)
    {
        var path = Path.Combine(folder, TestFile);
        var bytes = ReadRecords(path);
        var first = new FileInfo(Path.Combine(folder, TrainFiles[0]));
        if (first.Exists && first.Length == FullRecords * RecordBytes && bytes.Length != FullTestRecords * RecordBytes)
            throw Damaged(path, bytes.Length, $"expected {FullTestRecords * RecordBytes}");
        return bytes;
    }

    private bool IsLast(string folder, string missing, List<byte[]> before) =>
        before.TrueForAll(part => part.Length < FullRecords * RecordBytes)
        && TrainFiles.SkipWhile(file => file != missing).All(file => !File.Exists(Path.Combine(folder, file)));

    private void CheckFull(string folder, List<byte[]> parts)
    {
        var full = FullRecords * RecordBytes;
        var shorter = parts.FindIndex(part => part.Length != full);
        if (shorter >= 0 && parts.Exists(part => part.Length == full))
            throw Damaged(Path.Combine(folder, TrainFiles[shorter]), parts[shorter].Length, $"expected {full} like the others");
    }

    private byte[] ReadRecords(string path)
    {
        if (FileKind.IsNoFileOrPipe(path))
            throw new DataException($"{Name}: {path} is a folder or a device: get the set again.");
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{Name}: {path} can't be read ({failure.Message.TrimEnd('.')}): get the set again.", failure);
        }

        if (bytes.Length == 0 || bytes.Length % RecordBytes != 0)
            throw Damaged(path, bytes.Length, $"expected a multiple of {RecordBytes}, {(long)FullRecords * RecordBytes} for the real set");
        for (var record = 0; record < bytes.Length / RecordBytes; record++)
            if (bytes[record * RecordBytes + LabelBytes - 1] is var label && label >= Classes)
                throw new DataException($"{Name}: {path}: record {record} has label {label}, expected 0 to {Classes - 1}: "
                    + "it is damaged or another data set.");
        return bytes;
    }

    private DataException Damaged(string path, long size, string expected) =>
        new($"{Name}: {path} has {size} bytes, {expected}: it is truncated or something else; get the set's binary version again.");
}
