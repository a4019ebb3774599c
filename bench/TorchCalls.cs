using System.Diagnostics;
using System.Runtime.InteropServices;
using Kindred.Gpu.Torch;
using Kindred.Host.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Bench;

/// <summary>What a call into libtorch costs from C#, beside the same call in a C++ loop, on a tensor of one element. Best of 15 rounds,
/// interleaved, of 20,000 calls each.</summary>
internal static partial class TorchCalls
{
    private const int Calls = 20_000;

    public static int Run(KeyValueArguments arguments)
    {
        arguments.RequireEmpty("torch-calls");
        TorchExtra.SetThreads(1);
        using var guard = no_grad();
        using var x = zeros(1);
        var loops = new (string Name, Action Act)[]
        {
            ("x.add_(1), C++ loop", () => Check(kt_loop_add_(x.Handle, Calls))),
            ("x.add_(1), C#", () => Repeat(() => x.add_(1))),
            ("x.add(1) and free, C++ loop", () => Check(kt_loop_add(x.Handle, Calls))),
            ("x.add(1) and Dispose, C#", () => Repeat(() => x.add(1).Dispose())),
            ("x.add(1) in a scope, C#", () => Scoped(() => x.add(1))),
            ("x.numel(), C#", () => Repeat(() => x.numel())),
            ("x.view(1, 1) and Dispose, C#", () => Repeat(() => x.view(1, 1).Dispose())),
        };
        var best = Array.ConvertAll(loops, _ => double.MaxValue);
        var bytes = new long[loops.Length];
        for (var round = 0; round < 15; round++)
        {
            for (var i = 0; i < loops.Length; i++)
            {
                var (start, allocated) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
                loops[i].Act();
                best[i] = Math.Min(best[i], Stopwatch.GetElapsedTime(start).TotalNanoseconds / Calls);
                bytes[i] = (GC.GetAllocatedBytesForCurrentThread() - allocated) / Calls;
            }
        }
        Console.WriteLine($"libtorch {TorchExtra.LibTorchVersion}\n{"call",-32}{"ns",8}{"managed bytes",16}");
        for (var i = 0; i < loops.Length; i++)
            Console.WriteLine($"{loops[i].Name,-32}{best[i],8:F0}{bytes[i],16}");
        return 0;
    }

    private static void Check(int status) => ArgumentOutOfRangeException.ThrowIfNegative(status);

    private static void Repeat(Action act)
    {
        for (var i = 0; i < Calls; i++)
            act();
    }

    /// <summary>A scope for each 100 calls, about what a step of a small model makes.</summary>
    private static void Scoped(Func<Tensor> act)
    {
        for (var i = 0; i < Calls; i += 100)
        {
            using var scope = NewDisposeScope();
            for (var j = 0; j < 100; j++)
                act();
        }
    }

    [LibraryImport("kindred_torch")]
    private static partial int kt_loop_add_(nint x, long n);
    [LibraryImport("kindred_torch")]
    private static partial int kt_loop_add(nint x, long n);
}
