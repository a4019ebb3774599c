using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Kindred.Host.Configuration;
using Kindred.Host.Configuration.Hocon;

namespace Kindred.Tests.Host;

public sealed class HoconPropertyTests
{
    private const string Pieces = "{}[]=:,.\n \"\\$?+#/abn0\t'${include \"\"\"";

    /// <summary>A text, or named children, at most four deep.</summary>
    private sealed record Tree(string? Text, SortedDictionary<string, Tree> Children)
    {
        public string Render(string indent = "") => string.Concat(Children.Select(child =>
            (child.Value.Text is { } text ? $"{indent}{HoconText.Quote(child.Key)} = {HoconText.Quote(text)}\n" : "") +
            (child.Value.Children.Count > 0 ? $"{indent}{HoconText.Quote(child.Key)} {{\n{child.Value.Render(indent + "  ")}{indent}}}\n"
                : "")));

        public static bool Same(Tree tree, HoconTree read) =>
            tree.Text == read.Text && read.Items is null
                && tree.Children.Keys.SequenceEqual(read.Children.Keys.Order(StringComparer.Ordinal))
            && tree.Children.All(child => Same(child.Value, read.Children[child.Key]));
    }

    private static Gen<Tree> Trees(int depth) =>
        Gen.OneOf(Gen.Constant<string?>(null), ArbMap.Default.GeneratorFor<NonNull<string>>().Select(some => (string?)some.Get))
            .SelectMany(text => Named(depth).ArrayOf(depth == 0 ? 0 : 3), (text, children) => new Tree(text, Keep(children)));

    private static Gen<(string Name, Tree Tree)> Named(int depth) =>
        ArbMap.Default.GeneratorFor<NonEmptyString>()
            .SelectMany(_ => Trees(Math.Max(0, depth - 1)), (name, tree) => (name.Get.Replace('.', '-'), tree));

    private static SortedDictionary<string, Tree> Keep(IEnumerable<(string Name, Tree Tree)> children) => new(
        children.Where(child => child.Tree.Text is not null || child.Tree.Children.Count > 0).DistinctBy(child => child.Name)
            .ToDictionary(child => child.Name, child => child.Tree), StringComparer.Ordinal);

    [Fact]
    public void A_rendered_tree_reads_back() => Prop.ForAll(Trees(3).ToArbitrary(), tree =>
        Tree.Same(tree with { Text = null }, HoconParser.Parse(tree.Render(), "f"))).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_is_read_or_refused_with_a_place()
    {
        var texts = Gen.OneOf(
            Gen.Elements(Pieces.ToCharArray()).ArrayOf().Select(letters => new string(letters)),
            ArbMap.Default.GeneratorFor<byte[]>().Select(bytes => Encoding.Latin1.GetString(bytes)));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5000), Prop.ForAll(texts.ToArbitrary(), text =>
        {
            try
            {
                HoconParser.Parse(text, "f").Leaves();
                return true;
            }
            catch (ConfigurationException refused)
            {
                return refused.Message.StartsWith("f:", StringComparison.Ordinal);
            }
        }));
    }

    [Theory]
    [InlineData("{", 100_000)]
    [InlineData("a{", 100_000)]
    [InlineData("a=[", 100_000)]
    [InlineData("[", 100_000)]
    public void Deep_nesting_is_refused_not_overflown(string piece, int times) =>
        Assert.Throws<ConfigurationException>(() => HoconParser.Parse(string.Concat(Enumerable.Repeat(piece, times)), "f"));

    [Fact]
    public void Substitutions_do_not_multiply_without_bound()
    {
        var texts = string.Concat(Enumerable.Range(0, 40).Select(i => $"t{i + 1} = ${{t{i}}}${{t{i}}}\n"));
        Assert.Contains("grows beyond", Assert.Throws<ConfigurationException>(() => HoconParser.Parse("t0 = x\n" + texts, "f")).Message);
        var objects = string.Concat(Enumerable.Range(0, 40).Select(i => $"o{i + 1} {{ a = ${{o{i}}}, b = ${{o{i}}} }}\n"));
        Assert.Contains("values",
            Assert.Throws<ConfigurationException>(() => HoconParser.Parse("o0.x = x\n" + objects, "f").Leaves()).Message);
        var chain = string.Concat(Enumerable.Range(0, 5000).Select(i => $"c{i} = ${{c{i + 1}}}\n"));
        Assert.Contains("nested deeper", Assert.Throws<ConfigurationException>(() => HoconParser.Parse(chain, "f")).Message);
    }
}
