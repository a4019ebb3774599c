using Kindred.Data;

namespace Kindred.Tests.Data;

public sealed class CifarTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Records_are_read_in_file_order()
    {
        Write("data_batch_1.bin", 1, [3, 7]);
        Write("data_batch_2.bin", 1, [9]);
        Write("test_batch.bin", 1, [0, 1, 2]);
        using var sets = Open(DataKind.Cifar10);
        Assert.Equal([3, 7, 9], sets.Train.Labels!);
        Assert.Equal([0, 1, 2], sets.Evaluation!.Labels!);
        Assert.Null(sets.Holdout);
        Assert.Equal((10, 32), (sets.Train.Classes, sets.Train.ImageSize));
        var image = sets.Train.Read(1);
        Assert.Equal((32, 32, 3072), (image.Height, image.Width, image.Pixels.Length));
        Assert.Equal(Pixel(7, 1, 0), image.Pixels.Span[0]);
        Assert.Equal(Pixel(7, 1, 3071), image.Pixels.Span[3071]);
    }

    [Fact]
    public void Cifar100_uses_the_fine_label()
    {
        Write("train.bin", 2, [99, 42]);
        Write("test.bin", 2, [5]);
        using var sets = Open(DataKind.Cifar100);
        Assert.Equal([99, 42], sets.Train.Labels!);
        Assert.Equal(100, sets.Train.Classes);
        Assert.Equal(Pixel(42, 1, 0), sets.Train.Read(1).Pixels.Span[0]);
    }

    [Fact]
    public void The_limit_takes_the_first_records_and_only_the_files_they_are_in()
    {
        Write("data_batch_1.bin", 1, [3, 7, 8]);
        File.WriteAllText(folder["data_batch_2.bin"], "not looked at");
        Write("test_batch.bin", 1, [0]);
        using var sets = Open(DataKind.Cifar10, limit: 2);
        Assert.Equal([3, 7], sets.Train.Labels!);
    }

    [Fact]
    public void The_set_is_found_in_its_own_folder_below()
    {
        foreach (var file in new[] { "data_batch_1.bin", "test_batch.bin" })
            Write(Path.Combine("cifar-10-batches-bin", file), 1, [1, 2]);
        using var sets = Open(DataKind.Cifar10);
        Assert.Equal(2, sets.Train.Count);
    }

    [Fact]
    public void A_truncated_file_is_named_with_its_size()
    {
        Write("data_batch_1.bin", 1, [1, 2]);
        Write("test_batch.bin", 1, [1]);
        File.WriteAllBytes(folder["data_batch_2.bin"], new byte[3000]);
        Fails("data_batch_2.bin has 3000 bytes, expected a multiple of 3073");
        File.WriteAllBytes(folder["data_batch_2.bin"], []);
        Fails("data_batch_2.bin has 0 bytes");
    }

    [Fact]
    public void A_file_shorter_than_the_real_ones_is_named()
    {
        Write("data_batch_1.bin", 1, new byte[10_000]);
        Write("data_batch_2.bin", 1, new byte[9_999]);
        Fails("data_batch_2.bin has 30726927 bytes, expected 30730000");
        Write("data_batch_2.bin", 1, new byte[10_000]);
        Fails("data_batch_3.bin can't be read");
    }

    [Theory]
    [InlineData("data_batch_1.bin", "data_batch_1.bin is missing")]
    [InlineData("data_batch_2.bin", "data_batch_2.bin can't be read")]
    [InlineData("test_batch.bin", "test_batch.bin can't be read")]
    public void A_missing_file_is_named(string missing, string part)
    {
        foreach (var file in new[] { "data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "test_batch.bin" })
            if (file != missing)
                Write(file, 1, [1, 2]);
        Fails(part);
    }

    [Fact]
    public void A_label_out_of_range_is_named()
    {
        Write("data_batch_1.bin", 1, [1, 10]);
        Write("test_batch.bin", 1, [1]);
        Fails("record 1 has label 10, expected 0 to 9");
    }

    [Fact]
    public void The_fingerprint_tells_contents_and_order_apart()
    {
        Write("test_batch.bin", 1, [1]);
        string Of(params byte[] labels)
        {
            Write("data_batch_1.bin", 1, labels);
            using var sets = Open(DataKind.Cifar10);
            return sets.Train.Fingerprint;
        }

        Assert.Equal(Of(1, 2, 3), Of(1, 2, 3));
        Assert.NotEqual(Of(1, 2, 3), Of(1, 3, 2));
        Assert.NotEqual(Of(1, 2, 3), Of(1, 2));
        Assert.Matches("^[0-9a-f]{32}$", Of(1, 2));
    }

    [Fact]
    public void The_real_set_has_its_size_and_classes()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("KINDRED_DATA") is null, "KINDRED_DATA is not set");
        using var sets = DataSets.Open(new DataOptions { Kind = DataKind.Cifar10 });
        Assert.Equal((50_000, 10_000), (sets.Train.Count, sets.Evaluation!.Count));
        Assert.All(sets.Train.Labels!.CountBy(label => label), pair => Assert.Equal(5_000, pair.Value));
        Assert.All(sets.Evaluation.Labels!.CountBy(label => label), pair => Assert.Equal(1_000, pair.Value));
        var mean = Enumerable.Range(0, 1_000).Average(id => sets.Train.Read(id).Pixels.Span[..1024].ToArray().Average(v => v / 255.0));
        Assert.Equal(0.4914, mean, 0.03); // the red channel's published mean
    }

    private DataSplits Open(DataKind kind, int? limit = null) =>
        DataSets.Open(new DataOptions { Kind = kind, Path = folder.Path, Limit = limit });

    private void Fails(string part)
    {
        var failure = Assert.Throws<DataException>(() => Open(DataKind.Cifar10));
        Assert.Contains(part, failure.Message);
        Assert.DoesNotContain('\n', failure.Message);
    }

    private static byte Pixel(int label, int record, int at) => (byte)(label * 31 + record * 7 + at);

    private void Write(string file, int labelBytes, byte[] labels)
    {
        using var stream = File.Create(folder[file]);
        foreach (var (record, label) in labels.Index())
        {
            stream.Write(new byte[labelBytes - 1]);
            stream.WriteByte(label);
            stream.Write([.. Enumerable.Range(0, 3072).Select(at => Pixel(label, record, at))]);
        }
    }
}
