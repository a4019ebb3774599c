using System.IO.Hashing;
using System.Text;
using Kindred.Actors.Protocol.Store;
using Kindred.Data.Sampling;
using Kindred.Gpu.Step;
using Kindred.Host.CommandLine;
using Kindred.Host.Configuration;
using Kindred.Host.Training;
using static TorchSharp.torch;

namespace Kindred.Host.Cluster;

/// <summary>
/// A small shard whose gradient every worker of a run must compute to the same bits: the run's model, threads and precision on a fixed
/// input. The first worker writes its hash into the run's folder.
/// </summary>
internal static class Probe
{
    private const int Images = 4, Input = 1, Gradient = 2;

    /// <exception cref="ConfigurationException">Other bits, and the run is bit-exact.</exception>
    public static void Check(Settings settings, Recipe recipe, CommandContext context)
    {
        var path = RunDirectory.ProbeOf(settings.Run.Folder);
        var files = new PosixFiles();
        foreach (var device in settings.Machine.Devices.Workers.Distinct())
        {
            var mine = Hash(settings, recipe, device);
            files.TryCreate(path, Encoding.ASCII.GetBytes(mine));
            var runs = File.ReadAllText(path);
            if (runs == mine)
                continue;
            var differs = $"the probe shard's gradient on {device} has other bits here ({mine}) than at the run's first worker ({runs}): "
                + "another kind of CPU or GPU, libtorch or BLAS";
            if (settings.Cluster.BitExact ?? settings.Consistency.Mode == ConsistencyMode.Sync)
                throw new ConfigurationException($"{differs}; only a run with bit_exact=false takes such a worker");
            context.Warn($"{differs}; the run isn't bit-exact");
            files.TryCreate(RunDirectory.NotExactOf(settings.Run.Folder), Encoding.UTF8.GetBytes($"{settings.Cluster.Name}: {differs}\n"));
        }
    }

    /// <summary>Hexadecimal XxHash128 over the tensors of the gradient.</summary>
    public static string Hash(Settings settings, Recipe recipe, string device)
    {
        using var encoder = recipe.Encoder(device);
        encoder.Initialise();
        var (rows, size) = (settings.Views * Images, settings.Data.Size);
        using var views = new TorchBundle(("views", Drawn(Input, rows, 3, size, size)));
        using var encoded = encoder.Encode(views, keepGraph: true);
        using var dz = new TorchBundle(("dz", Drawn(Gradient, settings.Views, Images, settings.Model.HeadOut)));
        using var gradient = encoder.Backward(encoded, dz, share: 1);
        var hash = new XxHash128();
        foreach (var entry in gradient.Entries())
        {
            hash.Append(Encoding.UTF8.GetBytes(entry.Name));
            hash.Append(entry.Data.Span);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static Tensor Drawn(int what, params long[] shape)
    {
        var random = Keyed.For(Data.Sampling.Draw.Probe, what);
        var values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)random.NextDouble(-1, 1);
        return tensor(values).reshape(shape);
    }
}
