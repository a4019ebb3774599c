using System.Collections.Concurrent;
using Kindred.Data;
using Kindred.Data.Folders;

namespace Kindred.Tests.Data;

public sealed class ImageFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ConcurrentQueue<CorruptImage> named = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Labels_are_the_sorted_class_folders()
    {
        Add("rgb.jpg", "zebra/1.jpg", "Ant/b.JPEG", "Ant/a.png", "cat/10.jpg", "cat/9.jpeg");
        Directory.CreateDirectory(folder[".hidden/x"]);
        File.WriteAllText(folder["cat/notes.txt"], "");
        using var sets = Open();
        var train = Assert.IsType<ImageFolder>(sets.Train);
        Assert.Equal(["Ant", "cat", "zebra"], train.ClassNames);
        Assert.Equal([0, 0, 1, 1, 2], train.Labels!);
        var names = Enumerable.Range(0, 5).Select(id => Path.GetFileName(train.PathOf(id)));
        Assert.Equal(["a.png", "b.JPEG", "10.jpg", "9.jpeg", "1.jpg"], names);
        Assert.Equal((16, 24, 0), (train.Read(4).Height, train.Read(4).Width, train.ImageSize));
    }

    [Fact]
    public void A_flat_folder_has_no_labels()
    {
        Add("rgb.jpg", "b.jpg", "a.jpg");
        using var sets = Open();
        Assert.Null(sets.Train.Labels);
        Assert.Equal((2, 0), (sets.Train.Count, sets.Train.Classes));
    }

    [Fact]
    public void Links_are_followed()
    {
        Add("rgb.jpg", "real/a/1.jpg", "real/a/2.jpg");
        Directory.CreateSymbolicLink(folder["linked/a"], folder["real/a"]);
        using var sets = Open("linked");
        Assert.Equal(16, sets.Train.Read(1).Height);
    }

    [Fact]
    public void Corrupt_images_are_named_once_and_replaced_by_the_next_readable()
    {
        Mixed();
        using var sets = Open(maxCorrupt: 0.8);
        var red = sets.Train.Read(6).Pixels.ToArray();
        for (var round = 0; round < 2; round++)
            for (var id = 0; id < 6; id++)
                Assert.Equal(red, sets.Train.Read(id).Pixels.ToArray());
        Assert.NotEqual(red, sets.Train.Read(7).Pixels.ToArray());
        Assert.Equal(red, sets.Train.Read(8).Pixels.ToArray()); // past the end it goes on from the beginning
        Assert.Equal(7, sets.Train.Corrupt);
        Assert.Equal([0, 1, 2, 3, 4, 5, 8], named.Select(c => c.Sample).Order());
        Assert.All(named, c => Assert.NotEmpty(c.Reason));
        Assert.EndsWith("0-zero.jpg", named.First().Path);
    }

    [Fact]
    public void Replacement_depends_on_the_files_alone()
    {
        Mixed();
        byte[][] Pixels(IEnumerable<int> order, int threads)
        {
            using var sets = Open(maxCorrupt: 0.8);
            var ids = order.ToArray();
            var images = sets.Train.Read(ids, threads);
            Array.Sort(ids, images);
            return Array.ConvertAll(images, image => image.Pixels.ToArray());
        }

        Assert.Equal(Pixels(Enumerable.Range(0, 9), 1), Pixels(Enumerable.Range(0, 9).Reverse(), 3));
    }

    [Fact]
    public void Too_many_corrupt_images_stop_the_run()
    {
        Mixed();
        using var sets = Open(maxCorrupt: 0.25);
        var failure = Assert.Throws<DataException>(() => sets.Train.Read(0));
        Assert.Contains("3 of 9 images", failure.Message);
        Assert.Contains("0-zero.jpg (the file is empty)", failure.Message);
        Assert.Throws<DataException>(() => sets.Train.Read(new[] { 6, 7, 8 }, 2));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_the_system_refuses_is_an_error_and_not_corrupt(bool isThere)
    {
        Add("rgb.jpg", "1.jpg", "2.jpg");
        using var sets = Open(maxCorrupt: 1);
        File.Delete(folder["1.jpg"]);
        if (isThere)
            Directory.CreateDirectory(folder["1.jpg"]); // refused to root, too
        foreach (var read in new Action[] { () => sets.Train.Read(0), () => sets.Train.Read(new[] { 1, 0 }, 2), () => _ = sets.Train.Fingerprint })
            Assert.Contains("1.jpg can't be read: ", Assert.Throws<DataException>(read).Message, StringComparison.Ordinal);
        Assert.Equal((0, 0), (sets.Train.Corrupt, named.Count));
        Directory.Delete(folder.Path, recursive: true);
        Directory.CreateDirectory(folder.Path);
        Add("rgb.jpg", "1.jpg");
        Assert.Equal(16, sets.Train.Read(0).Height); // it isn't remembered
    }

    [Fact]
    public void Nothing_readable_is_an_error_at_any_share()
    {
        Add("text.jpg", "a.jpg", "b.jpg");
        using var sets = Open(maxCorrupt: 1);
        Assert.Contains("None of the 2 images", Assert.Throws<DataException>(() => sets.Train.Read(1)).Message);
    }

    [Fact]
    public void Many_threads_read_what_one_reads()
    {
        for (var i = 0; i < 40; i++)
            Add(i % 3 == 0 ? "gray.jpg" : i % 3 == 1 ? "rgb.jpg" : "cmyk.jpg", $"a/{i:00}.jpg");
        using var sets = Open();
        var ids = Enumerable.Range(0, 40).Concat(Enumerable.Range(0, 40)).ToArray();
        foreach (var (id, image) in ids.Zip(sets.Train.Read(ids, 4)))
            Assert.Equal(sets.Train.Read(id).Pixels.ToArray(), image.Pixels.ToArray());
        Assert.Empty(sets.Train.Read(Array.Empty<int>(), 4));
    }

    [Fact]
    public void The_evaluation_folder_lies_beside_and_shares_the_labels()
    {
        Add("rgb.jpg", "train/a/1.jpg", "train/b/1.jpg", "val/b/1.jpg");
        using var sets = Open("train");
        Assert.Equal([1], sets.Evaluation!.Labels!);
        Assert.Equal(2, sets.Evaluation.Classes);
        Add("rgb.jpg", "val/c/1.jpg");
        Assert.Contains("class 'c'", Assert.Throws<DataException>(() => Open("train")).Message);
    }

    [Fact]
    public void Without_a_sibling_there_is_no_evaluation()
    {
        Add("rgb.jpg", "other/a/1.jpg", "other/b/1.jpg", "val/a/1.jpg");
        using var sets = Open("other");
        Assert.Null(sets.Evaluation);
    }

    [Theory]
    [InlineData("empty", "There are no .jpg, .jpeg or .png files in")]
    [InlineData("missing", "There is no folder")]
    [InlineData("one", "There is 1 training image in use")]
    [InlineData("mixed", "holds both images (1.jpg) and class folders (a)")]
    [InlineData("parent", "did you mean")]
    public void A_folder_that_cannot_be_used_says_why(string path, string part)
    {
        Directory.CreateDirectory(folder["empty/a"]);
        Add("rgb.jpg", "one/a/1.jpg", "mixed/a/1.jpg", "mixed/1.jpg", "parent/train/a/1.jpg");
        var failure = Assert.Throws<DataException>(() => Open(path));
        Assert.Contains(part, failure.Message);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public void One_image_can_be_opened_alone()
    {
        Add("rgb.jpg", "1.jpg");
        using var set = ImageFolder.Open(new DataOptions { Kind = DataKind.Folder, Path = folder.Path });
        Assert.Equal(16, set.Read(0).Height);
    }

    [Fact]
    public void The_fingerprint_tells_names_and_contents_apart()
    {
        string Now()
        {
            using var sets = Open();
            return sets.Train.Fingerprint;
        }

        Add("rgb.jpg", "a/1.jpg", "a/2.jpg");
        var first = Now();
        Assert.Equal(first, Now());
        File.Move(folder["a/2.jpg"], folder["a/3.jpg"]);
        var renamed = Now();
        var bytes = File.ReadAllBytes(folder["a/3.jpg"]);
        bytes[^20] ^= 1;
        File.WriteAllBytes(folder["a/3.jpg"], bytes);
        Assert.Equal(3, new[] { first, renamed, Now() }.Distinct().Count());
    }

    [Fact]
    public void The_real_folder_decodes_whole()
    {
        var data = Environment.GetEnvironmentVariable("KINDRED_DATA");
        Assert.SkipWhen(data is null, "KINDRED_DATA is not set");
        var path = Path.Combine(data!, "imagenette-mini", "train");
        Assert.SkipUnless(Directory.Exists(path), "KINDRED_DATA holds no imagenette-mini");
        using var sets = DataSets.Open(new DataOptions { Kind = DataKind.Folder, Path = path, MinSize = 56 }, named.Enqueue);
        var images = sets.Train.Read(Enumerable.Range(0, sets.Train.Count).ToArray(), 2);
        Assert.Empty(named);
        Assert.All(images, image => Assert.Equal((56, 56), (image.Height, image.Width)));
        Assert.Equal((1_500, 10, 400), (sets.Train.Count, sets.Train.Classes, sets.Evaluation!.Count));
    }

    /// <summary>Six that can't be read, two that can, one that can't.</summary>
    private void Mixed()
    {
        Add("empty.jpg", "0-zero.jpg");
        Add("text.jpg", "1-text.jpg");
        Add("truncated.jpg", "2-cut.jpg");
        Add("truncated.png", "3-cut.png");
        File.CreateSymbolicLink(folder["4-dangling.jpg"], folder["nowhere"]);
        File.CreateSymbolicLink(folder["5-loop.jpg"], folder["5-loop.jpg"]);
        Add("rgb.jpg", "6-good.jpg");
        Add("gray.jpg", "7-good.jpg");
        Add("huge.png", "8-huge.png");
    }

    private void Add(string image, params string[] targets)
    {
        foreach (var target in targets)
            TestImages.Copy(image, folder[target]);
    }

    private DataSplits Open(string path = ".", double maxCorrupt = 0.01) => DataSets.Open(
        new DataOptions { Kind = DataKind.Folder, Path = Path.Combine(folder.Path, path), MaxCorrupt = maxCorrupt }, named.Enqueue);
}
