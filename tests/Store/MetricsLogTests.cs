using System.Text.Json;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Tests.Store;

public sealed class MetricsLogTests : IDisposable
{
    private static readonly TermChain OneTerm = TermChain.Of([new(1, 0, 0)]);

    private readonly TemporaryFolder folder = new();
    private readonly PosixFiles files = new();

    private string Log => folder["metrics.jsonl"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ALineReadsBackAsItWas()
    {
        var line = new MetricsLine("step", 12, 3, 1).Add("loss", 0.1 + 0.2).Add("workers", 2).Add("fn_recall", double.NaN)
            .Add("image", "ß\n").ToString();
        Assert.Equal(
            """{"event":"step","step":12,"epoch":3,"term":1,"loss":0.30000000000000004,"workers":2,"fn_recall":null,"image":"ß\n"}""",
            line);
        new MetricsLog(files, Log).Append(line);
        var entry = Assert.Single(MetricsLog.Read(files, Log, OneTerm));
        Assert.Equal(("step", new TermStep(1, 12)), (entry.Event, entry.At));
        Assert.Equal(0.1 + 0.2, entry.Number("loss"));
        Assert.Null(entry.Number("fn_recall"));
        Assert.Null(entry.Number("no_such"));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("a\nb\n", "a\nb\n")]
    [InlineData("a\nb\n{\"event\":\"st", "a\nb\n")]
    [InlineData("{\"event\":\"st", "")]
    public void AnExclusiveStartCutsATornLineOff(string before, string after)
    {
        File.WriteAllText(Log, before);
        var log = new MetricsLog(files, Log);
        log.CutTornLine();
        Assert.Equal(after, File.ReadAllText(Log));
        log.Append("{}");
        Assert.Equal(after + "{}\n", File.ReadAllText(Log));
    }

    [Fact]
    public void ALongTornLineIsCutOffToo()
    {
        File.WriteAllText(Log, new string('x', 5000) + "\n" + new string('y', 20_000));
        new MetricsLog(files, Log).CutTornLine();
        Assert.Equal(5001, new FileInfo(Log).Length);
    }

    [Fact]
    public void AClusterNodeEndsAnothersTornLineFirst()
    {
        File.WriteAllText(Log, """{"event":"step","step":1,"epoch":0,"term":1}""" + "\n" + """{"event":"step","st""");
        var log = new MetricsLog(files, Log);
        log.Append(Step(2, 1));
        log.Append(Step(3, 1));
        Assert.Equal([1, 2, 3], MetricsLog.Read(files, Log, OneTerm).Select(e => e.At.Step));
        Assert.EndsWith(Step(2, 1) + "\n" + Step(3, 1) + "\n", File.ReadAllText(Log), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}\n")]
    public void AClusterNodeLeavesNoEmptyLine(string before)
    {
        File.WriteAllText(Log, before);
        new MetricsLog(files, Log).Append("{}");
        Assert.Equal(before + "{}\n", File.ReadAllText(Log));
    }

    [Fact]
    public void AfterAFailedWriteTheNextLineIsWhole()
    {
        var log = new MetricsLog(new TornAppend(files), Log);
        log.CutTornLine();
        Assert.Throws<RunStoreException>(() => log.Append(Step(1, 1)));
        log.Append(Step(1, 1));
        Assert.Equal(1, Assert.Single(MetricsLog.Read(files, Log, OneTerm)).At.Step);
    }

    [Fact]
    public void OfEachEventAndStepTheHighestTermsLastLineIsTaken()
    {
        var chain = TermChain.Of([new(1, 0, 0), new(3, 1, 2)]);
        File.WriteAllLines(Log,
        [
            Step(1, 1, 10), Step(2, 1, 10), Step(3, 1, 10), // 3 is beyond the next term's start
            Step(3, 2, 20), // never on the chain
            Step(3, 3, 30),
            new MetricsLine("resume", 2, 0, 3).ToString(), // another event of step 2
            Step(2, 3, 40), // a successor writes the line that its predecessor couldn't
            Step(1, 1, 50), // twice: the last
            Step(2, 1, 60), // late, by a coordinator that was replaced
        ]);
        Assert.Equal(
            [("step", 3, 30.0), ("resume", 2, null), ("step", 2, 40.0), ("step", 1, 50.0)],
            MetricsLog.Read(files, Log, chain).Select(e => (e.Event, e.At.Step, e.Number("loss"))));
    }

    [Fact]
    public void WhatIsNoMetricsLineIsSkipped()
    {
        File.WriteAllText(Log, "\n\0\0\0\n[1]\n{}\n{\"event\":1,\"step\":1,\"term\":1}\n{\"event\":\"a\",\"step\":\"1\",\"term\":1}\n"
            + "{\"event\":\"a\",\"step\":1.5,\"term\":1}\n{\"event\":\"a\",\"step\":1,\"term\":99999999999}\n" + Step(1, 1) + "\n");
        Assert.Single(MetricsLog.Read(files, Log, OneTerm));
        Assert.Empty(MetricsLog.Read(files, folder["none"], OneTerm));
    }

    [Fact]
    public void ALineOfSeveralLinesIsRefused() => Assert.Throws<ArgumentException>(() => new MetricsLog(files, Log).Append("{\n}"));

    private static string Step(long step, int term, double loss = 1) => new MetricsLine("step", step, 0, term).Add("loss", loss).ToString();

    /// <summary>A disk that fills up in the middle of the first line.</summary>
    private sealed class TornAppend(IFiles inner) : DecoratedFiles(inner)
    {
        private bool failed;

        public override void Append(string path, ReadOnlySpan<byte> line)
        {
            base.Append(path, failed ? line : line[..(line.Length / 2)]);
            if (!failed)
            {
                failed = true;
                throw new RunStoreException("disk full");
            }
        }
    }
}
