using Kindred.Host.Configuration;
using Kindred.Host.Configuration.Hocon;

namespace Kindred.Tests.Host;

/// <summary>What docs/configuration.md says of the format.</summary>
public sealed class HoconTests
{
    private static string Read(string text) =>
        string.Join(' ', HoconParser.Parse(text, "f", name => name == "HOME" ? "/root" : null).Leaves()
            .Select(leaf => $"{leaf.Path}=<{leaf.Text}>"));

    [Theory]
    [InlineData("a = 1", "a=<1>")]
    [InlineData("{ a : 1, b = 2 }", "a=<1> b=<2>")]
    [InlineData("a = 1\nb = 2\n", "a=<1> b=<2>")]
    [InlineData("a.b.c = 1", "a.b.c=<1>")]
    [InlineData("a { b = 1, c { d = 2 } }", "a.b=<1> a.c.d=<2>")]
    [InlineData("a = { b = 1 }\na { c = 2 }\na.b = 3", "a.b=<3> a.c=<2>")]
    [InlineData("a = 1, a = 2", "a=<2>")]
    [InlineData("data = folder\ndata.path = x", "data=<folder> data.path=<x>")]
    [InlineData("\"a b\".\"c\" = 1", "a b.c=<1>")]
    [InlineData("", "")]
    [InlineData("{}", "")]
    [InlineData("a = null", "")]
    [InlineData("a { b = 1 }, a = null", "")]
    [InlineData("a = \"null\"", "a=<null>")]
    [InlineData("\uFEFFa = 1", "a=<1>")]
    public void Objects_and_dots(string text, string leaves) => Assert.Equal(leaves, Read(text));

    [Theory]
    [InlineData("a = 10 s", "a=<10 s>")]
    [InlineData("a = 10 s # seconds\nb = 1 // one", "a=<10 s> b=<1>")]
    [InlineData("a = 64 MiB, b = cpu*2", "a=<64 MiB> b=<cpu*2>")]
    [InlineData("a = batch+bank", "a=<batch+bank>")]
    [InlineData("a = \"x # y\"", "a=<x # y>")]
    [InlineData("a = \"tab\\t quote\\\" slash\\\\ \\u00e9\"", "a=<tab\t quote\" slash\\ é>")]
    [InlineData("a = \"\"\"raw \\n \"quoted\"\"\"\"", "a=<raw \\n \"quoted\">")]
    [InlineData("a = \"x\" y \"z\"", "a=<x y z>")]
    [InlineData("a = x\"y\"", "a=<xy>")]
    [InlineData("a = \"\"", "a=<>")]
    [InlineData("a = -1.5e-3", "a=<-1.5e-3>")]
    [InlineData("a = /x/y", "a=</x/y>")]
    public void Texts_and_comments(string text, string leaves) => Assert.Equal(leaves, Read(text));

    [Theory]
    [InlineData("a = [1, 2, 3]", "a.0=<1> a.1=<2> a.2=<3>")]
    [InlineData("a = [\n1\n2\n]", "a.0=<1> a.1=<2>")]
    [InlineData("a = [1,]", "a.0=<1>")]
    [InlineData("a = []", "")]
    [InlineData("a = [{ b = 1 }, [2]]", "a.0.b=<1> a.1.0=<2>")]
    [InlineData("a = [1] [2]", "a.0=<1> a.1=<2>")]
    [InlineData("a = [1]\na += 2", "a.0=<1> a.1=<2>")]
    [InlineData("a += 1", "a.0=<1>")]
    [InlineData("b = [1], a = ${b} [2]", "b.0=<1> a.0=<1> a.1=<2>")]
    public void Arrays(string text, string leaves) => Assert.Equal(leaves, Read(text));

    [Theory]
    [InlineData("a = 1, b = ${a}", "a=<1> b=<1>")]
    [InlineData("b = ${a}, a = 1", "b=<1> a=<1>")]
    [InlineData("a.b = 1, c = ${a}", "a.b=<1> c.b=<1>")]
    [InlineData("a.b = 1, c = ${a} { d = 2 }", "a.b=<1> c.b=<1> c.d=<2>")]
    [InlineData("a.b = 1, c = ${a}, c.b = 3, d = ${c.b}", "a.b=<1> c.b=<3> d=<3>")]
    [InlineData("a.b = 1, c = ${a}, d = ${c.b}", "a.b=<1> c.b=<1> d=<1>")]
    [InlineData("a { x = 1, y = ${a.x} }", "a.x=<1> a.y=<1>")]
    [InlineData("a = ${HOME}/runs", "a=</root/runs>")]
    [InlineData("a = ${?NOTHING}", "")]
    [InlineData("a = 1, a = ${?NOTHING}", "a=<1>")]
    [InlineData("a = x, a = ${a}y", "a=<xy>")]
    [InlineData("a = ${?a}y", "a=<y>")]
    [InlineData("a = \"${HOME}\"", "a=<${HOME}>")]
    [InlineData("HOME = mine, a = ${HOME}", "HOME=<mine> a=<mine>")]
    public void Substitutions(string text, string leaves) => Assert.Equal(leaves, Read(text));

    [Theory]
    [InlineData("a = ", "f:1:5: a value expected, found the end of the file")]
    [InlineData("a", "f:1:2: '=', ':', '+=' or '{' expected, found the end of the file")]
    [InlineData("a = 1\n  b = }", "f:2:7: a value expected, found '}'")]
    [InlineData("a = \"x\nb", "f:1:5: this quote is never closed")]
    [InlineData("a = \"\\q\"", "f:1:7: unknown escape")]
    [InlineData("a = [1", "f:1:7: a value expected, found the end of the file")]
    [InlineData("a { b = 1", "f:1:10: '}' expected, found the end of the file")]
    [InlineData("{ a = 1 } b", "f:1:11: the end of the file expected, found 'b'")]
    [InlineData("a..b = 1", "f:1:3: a key expected, found '.'")]
    [InlineData("a = b = c", "f:1:7: a comma or a new line expected, found '='")]
    [InlineData("a = ${b}", "f:1:5: ${b} is defined neither here nor in the environment")]
    [InlineData("a = ${b}, b = ${a}", "is defined neither here nor in the environment, or only by itself")]
    [InlineData("a = ${b", "f:1:8: '}' expected")]
    [InlineData("a = [1] 2", "f:1:9: texts, arrays and objects can't be joined")]
    [InlineData("include \"x\"", "f:1:1: include works only in a file")]
    public void Errors_have_a_place(string text, string message) =>
        Assert.Contains(message, Assert.Throws<ConfigurationException>(() => Read(text)).Message);
}
