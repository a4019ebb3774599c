using Kindred.Data;

namespace Kindred.Tests.Data;

public sealed class FileNumberTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_move_keeps_it_and_a_copy_has_another()
    {
        var (here, moved, copy) = (Path.Combine(folder.Path, "a"), Path.Combine(folder.Path, "b"), Path.Combine(folder.Path, "c"));
        File.WriteAllText(here, "");
        var number = FileNumber.Of(here);
        File.Move(here, moved);
        File.Copy(moved, copy);
        Assert.Equal(number, FileNumber.Of(moved));
        Assert.NotEqual(number, FileNumber.Of(copy));
        Assert.Contains(here, Assert.Throws<IOException>(() => FileNumber.Of(here)).Message, StringComparison.Ordinal);
    }
}
