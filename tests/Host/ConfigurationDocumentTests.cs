using System.Text;
using Kindred.Host.Configuration;
using Kindred.Host.Configuration.Hocon;

namespace Kindred.Tests.Host;

public sealed class ConfigurationDocumentTests
{
    private const string Begin = "<!-- keys: written by ConfigurationDocumentTests -->\n", End = "<!-- end of keys -->\n";

    /// <summary>With KINDRED_WRITE_DOCS=1 it writes the table instead.</summary>
    [Fact]
    public void The_document_lists_the_keys_as_they_are()
    {
        var path = Path.Combine(Repository(), "docs", "configuration.md");
        var text = File.ReadAllText(path);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        Assert.True(begin >= Begin.Length && end >= begin, $"{path} lacks its marks");
        if (Environment.GetEnvironmentVariable("KINDRED_WRITE_DOCS") == "1") File.WriteAllText(path, text[..begin] + Table() + text[end..]);
        else Assert.Equal(Table(), text[begin..end]);
    }

    [Fact]
    public void Its_example_reads_as_it_says()
    {
        using var host = new HostTesting();
        var text = File.ReadAllText(Path.Combine(Repository(), "docs", "configuration.md")).Split("```")[1];
        var file = host.Write("cluster.hocon", text);
        host.Write("paper.hocon", "tau = 0.1");
        var leaves = HoconParser.Load(file, name => name == "HOME" ? "/home/a" : null).Leaves()
            .ToDictionary(leaf => leaf.Path, leaf => leaf.Text);
        Assert.Equal(("cifar10", "10000", "4"), (leaves["data"], leaves["data.limit"], leaves["fnc.topk"]));
        Assert.Equal(("cpu", "/home/a/runs/a", "10 s", "0.1"),
            (leaves["devices.2"], leaves["run"], leaves["progress.every"], leaves["tau"]));
        Assert.DoesNotContain("seed", leaves.Keys);
    }

    private static string Table()
    {
        var table = new StringBuilder();
        foreach (var group in Keys.All.GroupBy(key => key.Group))
        {
            table.Append($"\n### {group.Key}\n| key | value | default | meaning |\n|---|---|---|---|\n");
            foreach (var key in group)
            {
                var standard = key.IsDerived ? $"*{Cell(key.Default)}*" : $"`{key.Default}`";
                table.Append($"| `{key.Name}`{(key.Resumable ? " ↻" : "")} | {Cell(key.Range)} | {standard} | {Cell(key.Help)} |\n");
            }
        }

        return table.Append('\n').ToString();
    }

    private static string Cell(string text) => text.Replace("|", "\\|").Replace("*", "\\*");

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Kindred.slnx"))) folder = folder.Parent;
        return folder.FullName;
    }
}
