using System.Diagnostics;

namespace Kindred.Bench;

/// <summary>Wall time, and processor time of the whole process, in milliseconds.</summary>
internal readonly record struct Cost(double Wall, double Processor)
{
    public static Cost Of(Action work)
    {
        var (began, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        work();
        return new(Stopwatch.GetElapsedTime(began).TotalMilliseconds, (Environment.CpuUsage.TotalTime - used).TotalMilliseconds);
    }
}
