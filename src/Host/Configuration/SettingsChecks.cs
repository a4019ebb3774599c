using System.Net;
using Kindred.Data;
using Kindred.Gpu.Contrastive;
using Kindred.Gpu.Models;

namespace Kindred.Host.Configuration;

/// <summary>What keys must fulfil together.</summary>
public static class SettingsChecks
{
    /// <returns>Warnings: what is allowed but probably not meant.</returns>
    /// <exception cref="ConfigurationException">The settings contradict each other or the machine.</exception>
    public static IReadOnlyList<string> Check(Settings settings, IReadOnlySet<string> given, MachineFacts machine)
    {
        var error = DataError(settings) ?? ModelError(settings) ?? ContrastError(settings) ?? BankError(settings)
            ?? ConsistencyChecks.Error(settings, given) ?? MachineError(settings, machine) ?? AddressError(settings.Telemetry) ?? ClusterChecks.Error(settings.Cluster);
        return error is null ? [.. Warnings(settings, given, machine)] : throw new ConfigurationException(error);
    }

    private static string? DataError(Settings settings) => settings switch
    {
        { Data: { Kind: DataKind.Folder, Path: null } } => "data=folder needs data.path=FOLDER",
        { Data: { Holdout: > 0 and var holdout, Limit: { } limit } } when holdout >= limit =>
            $"data.holdout={holdout} leaves nothing of data.limit={limit} to train on",
        { Augmentation: var aug } when aug.CropMin > aug.CropMax => $"aug.crop.min={aug.CropMin} is above aug.crop.max={aug.CropMax}",
        _ => null,
    };

    private static string? ModelError(Settings settings)
    {
        var (name, stem) = (settings.Model.Name, settings.Model.Stem);
        if (!Networks.Names.Contains(name))
        {
            var nearest = Spelling.Nearest(name, Networks.Names);
            return $"model: there is no '{name}'; " +
                (nearest is null ? $"there are {string.Join(", ", Networks.Names)}" : $"did you mean '{nearest}'?");
        }

        return stem == Stem.ImageNet && !SettingsResolver.HasImagenetStem(name)
            ? $"stem=imagenet is for resnet18, 34 and 50, not for {name}" : null;
    }

    private static string? ContrastError(Settings settings)
    {
        var (contrast, fnc, isFnc) = (settings.Contrast, settings.Fnc, settings.Contrast.Method == Method.Fnc);
        if (settings.Views < 2)
            return $"contrast needs two views of each image: views={contrast.Views}" + (isFnc ? $" and fnc.support={fnc.Support}" : "") +
                " make one";
        if (isFnc && !fnc.Oracle && fnc.TopK == 0 && fnc.Threshold <= -1)
            return "fnc.topk=0 and fnc.threshold=-1 switch both filters off, so everything would be a false negative: set one of them";
        if (isFnc && !fnc.Oracle && fnc.SupportViews == SupportChoice.Extra && fnc.Support == 0)
            return "fnc.supportViews=extra needs fnc.support of at least 1";
        return null;
    }

    private static string? BankError(Settings settings)
    {
        var (contrast, batch) = (settings.Contrast, settings.Optimization.Batch);
        var (shared, shards) = (settings.Consistency.Mode == ConsistencyMode.Sync, settings.Machine.Shards);
        if (contrast is { Negatives: NegativeSource.Bank, BankViews: BankViews.Main, Views: < 2 })
            return "negatives=bank with bank.views=main needs views of at least 2: an image's positives are its other main views";
        if (contrast.Negatives != NegativeSource.Bank || !contrast.BankCurrent) return null;
        var rows = (shared ? batch : (batch + shards - 1L) / shards) * (contrast.BankViews == BankViews.Main ? contrast.Views : settings.Views);
        return contrast.BankLength < rows
            ? $"bank.length={contrast.BankLength} is less than the {rows} rows of one {(shared ? "step" : "shard")}, which hold its positives" : null;
    }

    private static string? MachineError(Settings settings, MachineFacts machine)
    {
        var (batch, shards, workers) = (settings.Optimization.Batch, settings.Machine.Shards, settings.Machine.Devices.Workers);
        if (workers.Length > shards) return $"devices={settings.Machine.Devices} makes {workers.Length} workers, more than shards={shards}";
        if (batch < 2L * shards)
            return $"batch={batch} is too small: batch norm needs two images in each of the {shards} shards (shards={shards})";
        var missing = workers.FirstOrDefault(device => device != "cpu" && int.Parse(device[5..]) >= machine.Gpus);
        return missing is null ? null
            : $"devices: {missing} doesn't exist, libtorch finds {(machine.Gpus == 0 ? "no GPU" : $"{machine.Gpus}, numbered from 0")}; " +
                "'./kindred doctor' says why";
    }

    private static string? AddressError(TelemetrySettings settings)
    {
        if (settings.Otlp is { } otlp && !(Uri.TryCreate(otlp, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https")))
            return $"telemetry.otlp: '{otlp}' is not an address such as http://localhost:4317";
        if (settings.MetricsListen is { } listen && !(IPEndPoint.TryParse(listen, out var end) && end.Port > 0))
            return $"metrics.listen: '{listen}' is not an address and a port such as 127.0.0.1:9464";
        return null;
    }

    private static IEnumerable<string> Warnings(Settings settings, IReadOnlySet<string> given, MachineFacts machine)
    {
        var (isFnc, start, epochs) = (settings.Contrast.Method == Method.Fnc, settings.Fnc.Start, settings.Optimization.Epochs);
        if (isFnc && start >= epochs)
            yield return $"fnc.start={start} lies beyond epochs={epochs}: false negatives are measured, never cancelled";
        var idle = given.FirstOrDefault(name => !isFnc && name.StartsWith("fnc.", StringComparison.Ordinal));
        if (idle is not null) yield return $"{idle} does nothing with method={ValueText.Format(settings.Contrast.Method)}";
        idle = given.FirstOrDefault(name => !settings.Contrast.UsesBank && name.StartsWith("bank.", StringComparison.Ordinal));
        if (idle is not null) yield return $"{idle} does nothing with negatives=batch";
        if (settings.Machine.Threads > machine.Cores && given.Contains("threads"))
            yield return $"threads={settings.Machine.Threads} on {machine.Cores} cores: more threads than cores slow one another down";
        foreach (var warning in ConsistencyChecks.Warnings(settings, given)) yield return warning;
        if (Presets.Note(settings.Run.Preset) is { } note) yield return note;
    }
}
