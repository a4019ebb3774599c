using Kindred.Data;
using Kindred.Gpu.Models;

namespace Kindred.Host.Configuration;

/// <summary>Fills in what follows from the machine and from other keys, for keys that aren't given.</summary>
public static class SettingsResolver
{
    public static Settings Resolve(Settings settings, IReadOnlySet<string> given, MachineFacts machine, string workingDirectory)
    {
        var data = settings.Data;
        data = data with
        {
            Path = Absolute(data.Path ?? CifarFolder(data.Kind, machine.Environment("KINDRED_DATA")), workingDirectory),
            EvalPath = Absolute(data.EvalPath, workingDirectory),
            Size = given.Contains("data.size") ? data.Size : data.Kind == DataKind.Folder ? 224 : 32,
        };
        var model = settings.Model;
        if (!given.Contains("stem"))
            model = model with { Stem = HasImagenetStem(model.Name) && data.Size > 64 ? Stem.ImageNet : Stem.Cifar };
        var contrast = settings.Contrast;
        if (!given.Contains("ema")) contrast = contrast with { Ema = contrast.UsesBank ? 0.999 : 0 };
        var workers = Workers(settings.Machine, given, machine);
        if (!given.Contains("data.threads") && workers.Devices.AnyCuda)
            data = data with { Threads = Math.Max(1, (machine.Cores - 1) / workers.Devices.Workers.Length) };
        var consistency = settings.Consistency;
        if (!given.Contains("staleness")) consistency = consistency with { Staleness = workers.Shards };
        var resolved = settings with { Data = data, Model = model, Contrast = contrast, Consistency = consistency, Machine = workers };
        return given.Contains("run") ? resolved : resolved with { Run = resolved.Run with { Folder = NameOf(resolved, machine.Now) } };
    }

    internal static bool HasImagenetStem(string model) => model is "resnet18" or "resnet34" or "resnet50";

    /// <summary>Devices, shards, threads and precision.</summary>
    private static MachineSettings Workers(MachineSettings settings, IReadOnlySet<string> given, MachineFacts machine)
    {
        var shards = given.Contains("shards") ? settings.Shards : (int?)null;
        var devices = given.Contains("devices") ? settings.Devices
            : machine.Gpus > 0 ? DeviceList.Cuda(Math.Min(machine.Gpus, shards ?? machine.Gpus))
            : DeviceList.Cpu(Math.Min(2, shards ?? 2));
        return settings with
        {
            Devices = devices,
            Shards = shards ?? devices.Workers.Length,
            Threads = given.Contains("threads") ? settings.Threads : Math.Max(1, machine.Cores / devices.Workers.Length),
            Precision = given.Contains("precision") ? settings.Precision
                : devices.AnyCuda || machine.CpuHasBfloat16 ? Precision.Bf16 : Precision.Fp32,
        };
    }

    /// <summary>As in runs/cifar10-resnet8-fnc-20261123-154501.</summary>
    private static string NameOf(Settings settings, DateTimeOffset now) => Path.Combine("runs", string.Join('-',
        ValueText.Format(settings.Data.Kind), settings.Model.Name, ValueText.Format(settings.Contrast.Method),
        now.ToString("yyyyMMdd-HHmmss")));

    private static string? CifarFolder(DataKind kind, string? kindredData)
    {
        var name = kind switch { DataKind.Cifar10 => "cifar-10-batches-bin", DataKind.Cifar100 => "cifar-100-binary", _ => null };
        return name is null || string.IsNullOrEmpty(kindredData) ? null : Path.Combine(kindredData, name);
    }

    private static string? Absolute(string? path, string workingDirectory) =>
        path is null ? null : Path.GetFullPath(path, workingDirectory);
}
