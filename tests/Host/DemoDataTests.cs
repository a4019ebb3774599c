using Kindred.Host.CommandLine;
using Kindred.Host.Commands;

namespace Kindred.Tests.Host;

/// <summary>The data of demo and chaos, where CIFAR-10 is at hand.</summary>
public sealed class DemoDataTests : IDisposable
{
    private readonly HostTesting host = new();

    public void Dispose() => host.Dispose();

    [Theory]
    [InlineData("data = cifar100", "")]
    [InlineData("data = folder, data.path = photos", "")]
    [InlineData("", "data=synthetic")]
    public async Task Data_that_was_chosen_stays(string file, string arguments) => Assert.Empty(await Found(file, arguments));

    [Fact]
    public async Task Else_it_is_CIFAR_10() =>
        Assert.Equal(["data=cifar10", $"data.path={host.Folder}/cifar-10-batches-bin"], await Found("data.limit = 500", "lr=0.1"));

    private async Task<string[]> Found(string file, string arguments)
    {
        Directory.CreateDirectory(Path.Combine(host.Folder, "cifar-10-batches-bin"));
        host.Write("cluster.hocon", file);
        var context = new CommandContext(
            TextWriter.Null, TextWriter.Null, TimeProvider.System, host.Folder, name => name == "KINDRED_DATA" ? host.Folder : null, CancellationToken.None);
        return await DemoCommand.FindDataAsync(host.Load(arguments).Given, context);
    }
}
