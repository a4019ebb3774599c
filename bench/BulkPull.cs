using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Kindred.Actors.Bulk;
using Kindred.Host.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using TorchSharp;

namespace Kindred.Bench;

/// <summary>
/// Pulls of a bundle of one fp32 tensor from another process, checksum on, into new tensors, on a warm connection; alternating with
/// copies of as many bytes over a plain TCP connection between the same processes, into one and the same array.
/// </summary>
internal static class BulkPull
{
    private const int Warmup = 5, Block = 1 << 20;

    public static int Run(KeyValueArguments arguments)
    {
        var (bytes, pulls, http) = (arguments.TakeCount("bytes", 44_000_000), arguments.TakeCount("pulls", 30), arguments.TakeCount("http", 1));
        arguments.RequireEmpty("bulk-pull", "bytes, pulls, http");
        var start = new ProcessStartInfo(Environment.ProcessPath!, [BulkOwner.Name, $"bytes={bytes}", $"http={http}"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false,
        };
        using var owner = Process.Start(start)!;
        try
        {
            return Measure(owner, bytes, pulls, http).Result;
        }
        finally
        {
            owner.StandardInput.Close();
            owner.WaitForExit();
        }
    }

    internal static BulkOptions Options(int http) =>
        new() { Secret = "benchmark", Protocol = http == 2 ? HttpProtocols.Http2 : HttpProtocols.Http1 };

    private static async Task<int> Measure(Process owner, int bytes, int pulls, int http)
    {
        await using var plane = await HttpBulkPlane.StartAsync(Options(http), new TorchBundleCodec(), CancellationToken.None);
        using var raw = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        raw.Connect(IPAddress.Loopback, int.Parse(owner.StandardOutput.ReadLine()!));
        var copy = new byte[bytes];
        List<double> pulled = [], copied = [];
        for (var round = -Warmup; round < pulls; round++)
        {
            var (copyTime, pullTime) = (Copy(raw, copy), await Pull(plane, owner));
            if (round < 0)
                continue;
            copied.Add(bytes / copyTime.TotalSeconds / 1e9);
            pulled.Add(bytes / pullTime.TotalSeconds / 1e9);
        }

        var (pull, tcp) = (Median(pulled), Median(copied));
        return Report.Print(
            $"pull {pull:F2} GB/s (median of {pulls}; {pulled.Min():F2} to {pulled.Max():F2}), raw TCP {tcp:F2} ({copied.Min():F2} to {copied.Max():F2}): "
            + $"{pull / tcp:F2} x over HTTP/{(http == 2 ? "2" : "1.1")}",
            new { Bytes = bytes, Pulls = pulls, Http = http, PullGbPerS = pull, TcpGbPerS = tcp, Ratio = pull / tcp });
    }

    private static async Task<TimeSpan> Pull(HttpBulkPlane plane, Process owner)
    {
        owner.StandardInput.WriteLine();
        var offer = owner.StandardOutput.ReadLine()!.Split(' ');
        var start = Stopwatch.GetTimestamp();
        using var bundle = await plane.PullAsync(new BundleReference(offer[0], ulong.Parse(offer[1]), long.Parse(offer[2])), CancellationToken.None);
        return Stopwatch.GetElapsedTime(start);
    }

    private static TimeSpan Copy(Socket raw, byte[] to)
    {
        var start = Stopwatch.GetTimestamp();
        raw.Send([1]);
        for (var at = 0; at < to.Length;)
            at += raw.Receive(to.AsSpan(at, Math.Min(Block, to.Length - at)));
        return Stopwatch.GetElapsedTime(start);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}

/// <summary>Offers the same bundle for each line that it reads, and sends it over plain TCP for each byte.</summary>
internal static class BulkOwner
{
    public const string Name = "bulk-owner";

    private const int Block = 1 << 20;

    public static int Run(KeyValueArguments arguments)
    {
        var (bytes, http) = (arguments.TakeCount("bytes", 44_000_000), arguments.TakeCount("http", 1));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        new Thread(() => Send(listener, new byte[bytes])) { IsBackground = true }.Start();
        Console.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port);
        Offer(bytes, http).Wait();
        return 0;
    }

    private static async Task Offer(int bytes, int http)
    {
        await using var plane = await HttpBulkPlane.StartAsync(BulkPull.Options(http), new TorchBundleCodec(), CancellationToken.None);
        using var bundle = new Gpu.Step.TorchBundle(("sum", torch.rand(bytes / sizeof(float))));
        while (Console.ReadLine() is not null)
        {
            var offer = plane.Offer(bundle.Share());
            Console.WriteLine($"{offer.Owner} {offer.Id} {offer.Bytes}");
        }
    }

    private static void Send(TcpListener listener, byte[] what)
    {
        using var socket = listener.AcceptSocket();
        socket.NoDelay = true;
        var go = new byte[1];
        while (socket.Receive(go) > 0)
        {
            for (var at = 0; at < what.Length;)
                at += socket.Send(what.AsSpan(at, Math.Min(Block, what.Length - at)));
        }
    }
}
