namespace Kindred.Data.Cifar;

/// <summary>CIFAR records held in memory; reading one copies nothing.</summary>
public sealed class CifarSet : IDataSet
{
    private readonly CifarFiles files;
    private readonly byte[] bytes;
    private readonly int[] records;
    private readonly int[] labels;
    private readonly Lazy<string> fingerprint;

    /// <param name="name">As in "cifar10 train".</param>
    /// <param name="files">The format.</param>
    /// <param name="bytes">Whole records.</param>
    /// <param name="records">Which of them make the set, in order.</param>
    internal CifarSet(string name, CifarFiles files, byte[] bytes, IEnumerable<int> records)
    {
        (Name, this.files, this.bytes, this.records) = (name, files, bytes, [.. records]);
        labels = Array.ConvertAll(this.records, record => (int)bytes[record * files.RecordBytes + files.LabelBytes - 1]);
        fingerprint = new Lazy<string>(ComputeFingerprint);
    }

    public string Name { get; }

    public int Count => records.Length;

    public IReadOnlyList<int> Labels => labels;

    public int Classes => files.Classes;

    public int ImageSize => CifarFiles.Side;

    public string Fingerprint => fingerprint.Value;

    public int Corrupt => 0;

    public Image Read(int id) => new(Record(id)[files.LabelBytes..], CifarFiles.Side, CifarFiles.Side);

    public void Dispose()
    {
    }

    private ReadOnlyMemory<byte> Record(int id) => bytes.AsMemory(records[id] * files.RecordBytes, files.RecordBytes);

    private string ComputeFingerprint()
    {
        var hash = new Fingerprint().Add(Name).Add(Count);
        for (var id = 0; id < Count; id++)
            hash.Add(Record(id).Span);
        return hash.Hex();
    }
}
