using Kindred.Actors.Protocol.Store;
using Kindred.Data;
using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;

namespace Kindred.Tests.Host;

public sealed class ExitCodeTests
{
    public static TheoryData<Exception, ExitCode, string> Failures => new()
    {
        { new ConfigurationException("a"), ExitCode.Configuration, "a" },
        { new DataException("b"), ExitCode.Data, "b" },
        { new RunStoreException("c"), ExitCode.RunStore, "c" },
        { new AggregateException(new DataException("d")), ExitCode.Data, "d" },
        { new InvalidOperationException("two\nlines"), ExitCode.Failed, "two lines" },
        { new KeyNotFoundException("e"), ExitCode.Failed, "KeyNotFoundException: e" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void Every_failure_has_a_code_and_one_line(Exception failure, ExitCode code, string line) =>
        Assert.Equal((code, line), Failure.Describe(failure));
}
