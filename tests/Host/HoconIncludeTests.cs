using Kindred.Host.Configuration;
using Kindred.Host.Configuration.Hocon;

namespace Kindred.Tests.Host;

public sealed class HoconIncludeTests : IDisposable
{
    private readonly HostTesting host = new();

    public void Dispose() => host.Dispose();

    private string Read(string name) =>
        string.Join(' ', HoconParser.Load(Path.Combine(host.Folder, name)).Leaves().Select(leaf => $"{leaf.Path}={leaf.Text}"));

    [Theory]
    [InlineData("include \"b\"\nx = 2", "x=2 y=7")]
    [InlineData("x = 2\ninclude file(\"b\")", "x=1 y=7")]
    [InlineData("a { include required(\"b\") }", "a.x=1 a.y=7")]
    [InlineData("include \"missing\"\nx = 2", "x=2")]
    public void An_included_file_stands_where_it_is_named(string text, string leaves)
    {
        host.Write("a", text);
        host.Write("b", "x = 1, y = 7");
        Assert.Equal(leaves, Read("a"));
    }

    [Fact]
    public void Substitutions_of_an_included_file_look_beside_it_first()
    {
        host.Write("a", "x = outer, a { include \"b\" }");
        host.Write("b", "x = inner, y = ${x}");
        Assert.Equal("x=outer a.x=inner a.y=inner", Read("a"));
    }

    [Fact]
    public void Errors_name_the_included_file()
    {
        host.Write("a", "include \"b\"");
        host.Write("b", "x = 1\ny = }");
        Assert.StartsWith("b:2:5: ", Assert.Throws<ConfigurationException>(() => Read("a")).Message);
    }

    [Theory]
    [InlineData("include \"b\"", "include \"a\"", "b:1:1: a includes itself")]
    [InlineData("include required(\"c\")", "", "a:1:1: ")]
    [InlineData("include \"\"", "", "a:1:1: '' is no file name")]
    [InlineData("include \"b", "", "a:1:9: this quote is never closed")]
    public void Wrong_includes_are_refused(string a, string b, string message)
    {
        host.Write("a", a);
        host.Write("b", b);
        Assert.StartsWith(message, Assert.Throws<ConfigurationException>(() => Read("a")).Message);
    }

    [Fact]
    public void Devices_without_an_end_are_refused() => Assert.Equal(
        "/dev/zero is larger than 256 KiB", Assert.Throws<ConfigurationException>(() => HoconParser.Load("/dev/zero")).Message);

    [Fact]
    public void Includes_are_not_followed_for_ever()
    {
        for (var i = 0; i < 20; i++) host.Write($"f{i}", $"include \"f{i + 1}\"");
        Assert.Contains("nested deeper than 16", Assert.Throws<ConfigurationException>(() => Read("f0")).Message);
    }

    [Fact]
    public void What_is_no_text_or_too_large_is_refused()
    {
        File.WriteAllBytes(Path.Combine(host.Folder, "binary"), [0x61, 0xff, 0xfe]);
        File.WriteAllBytes(Path.Combine(host.Folder, "large"), new byte[300 * 1024]);
        Assert.Contains("is not UTF-8", Assert.Throws<ConfigurationException>(() => Read("binary")).Message);
        Assert.Contains("larger than 256 KiB", Assert.Throws<ConfigurationException>(() => Read("large")).Message);
    }
}
