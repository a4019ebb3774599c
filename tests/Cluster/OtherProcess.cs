using System.Diagnostics;
using System.Threading.Channels;
using Kindred.Actors.Engines.RabbitMq;
using Kindred.Actors.Messaging;
using Kindred.Tests.Messaging;

namespace Kindred.Tests.Cluster;

/// <summary>A node in a process of its own, with an actor <c>/echo</c>. It ends with this process, whose end closes its input.</summary>
internal sealed class OtherProcess : IDisposable
{
    public const string Argument = "node-of-a-test";

    private readonly Process process;
    private readonly Channel<string> output = Channel.CreateUnbounded<string>();

    private OtherProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => output.Writer.TryWrite(line.Data ?? "ended");
        process.BeginOutputReadLine();
    }

    public ChannelReader<string> Output => output.Reader;

    /// <summary>Returns when it is a member.</summary>
    public static async Task<OtherProcess> StartAsync(Uri broker, string cluster, string name)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Kindred.Tests");
        var start = new ProcessStartInfo(program, [Argument, $"{broker}", cluster, name])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardInput = true,
        };
        var other = new OtherProcess(Process.Start(start)!);
        Assert.Equal("joined", await other.Output.ReadAsync(TestContext.Current.CancellationToken));
        return other;
    }

    public void Signal(string name) => Process.Start("kill", [$"-{name}", $"{process.Id}"]).WaitForExit();

    /// <summary>kill -9</summary>
    public void Kill() => process.Kill();

    public void Dispose()
    {
        process.Kill();
        process.Dispose();
    }

    /// <summary>What the other process does.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var options = new RabbitOptions { Broker = new Uri(args[1]), Cluster = args[2] };
        var node = new Node(args[3], TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), TestCluster.AllRoles);
        await using var engine = await RabbitEngine.JoinAsync(new EngineOptions { Node = node }, options, new MemoryPlane(), default);
        engine.Spawn(Script.Props((self, message) => self.Reply(message)), "echo");
        Console.WriteLine("joined");
        if (await Task.WhenAny(Task.Run(Console.In.ReadToEnd), engine.Terminated) != engine.Terminated)
            return 0;
        try
        {
            await engine.Terminated;
        }
        catch (RemovedException removed)
        {
            Console.WriteLine($"removed {removed.KnownIncarnation}");
        }

        return 0;
    }
}
