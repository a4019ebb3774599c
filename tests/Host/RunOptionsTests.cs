using Kindred.Data;
using Kindred.Host.Training;

namespace Kindred.Tests.Host;

public sealed class RunOptionsTests : IDisposable
{
    private readonly HostTesting host = new();

    public void Dispose() => host.Dispose();

    [Theory]
    [InlineData("", true)]
    [InlineData("bit_exact=false", false)]
    [InlineData("consistency=async", false)]
    [InlineData("consistency=local", false)]
    public void Replicas_are_compared_only_where_the_run_is_bit_exact(string arguments, bool compares)
    {
        var settings = host.Load($"data=synthetic data.limit=64 batch=16 {arguments}").Settings;
        using var data = DataSets.Open(new DataOptions { Kind = settings.Data.Kind, Limit = settings.Data.Limit });
        Assert.Equal(compares, TrainingActors.Options(settings, new Recipe(settings, data), workers: 2, waits: true).ComparesReplicas);
    }
}
