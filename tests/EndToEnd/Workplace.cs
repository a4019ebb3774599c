using System.Diagnostics;
using System.Runtime.InteropServices;
using Kindred.Actors.Protocol.Store;
using Kindred.Data.Formats;

namespace Kindred.Tests.EndToEnd;

/// <summary>A folder with a small CIFAR set in <c>cifar</c>, in which commands are run; it goes with the test.</summary>
internal sealed class Workplace : IDisposable
{
    /// <summary>Eight steps of two epochs with checkpoints at 2, 4, 6 and 8, of which the newest three stay.</summary>
    public const string Short =
        "train data.path=cifar model=resnet8 batch=16 epochs=2 fnc.start=1 shards=2 threads=1 checkpoint.every=2 progress.every=1ms";

    public Workplace()
    {
        WriteCifar("cifar/data_batch_1.bin", 64);
        WriteCifar("cifar/test_batch.bin", 20);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("kindred-end-to-end-").FullName;

    public string this[string relative] => Path.Combine(Folder, relative);

    public Ended Run(string arguments, string? wrapper = null, string? home = null)
    {
        using var program = new Program(Folder, arguments, wrapper, home);
        return program.End();
    }

    public Program Start(string arguments) => new(Folder, arguments);

    /// <summary>The step and the hashes that inspect prints.</summary>
    public string State(string run) => string.Join('\n', Run($"inspect {run}").Succeeds().Output.Split('\n')
        .Where(line => line.StartsWith("step ", StringComparison.Ordinal) || line.StartsWith("sha256 ", StringComparison.Ordinal)));

    /// <summary>The steps that count, in the order of metrics.jsonl; one that was committed twice is there twice.</summary>
    public IEnumerable<long> Steps(string run) => Commits(run).Select(at => at.Step);

    /// <summary>The same, with the term of each.</summary>
    public IEnumerable<TermStep> Commits(string run) =>
        RunDirectory.OpenToRead(new PosixFiles(), this[run], Assert.Fail).ReadCommits();

    /// <summary>
    /// The newest checkpoint's model has seen as many updates as commits, and its bank, which is as long as the run, has each of the
    /// 64 samples once per epoch and view.
    /// </summary>
    public void SawEverySampleOnce(string run, long commits, int perEpoch, int views)
    {
        var directory = RunDirectory.OpenToRead(new PosixFiles(), this[run], Assert.Fail);
        var newest = directory.Checkpoints.NewestValid(directory.Terms.Chain())!;
        long[] Numbers(string part, string name)
        {
            using var stream = directory.Checkpoints.OpenPart(newest, part);
            return MemoryMarshal.Cast<byte, long>(SafetensorsFile.Read(stream)[name].Data.Span).ToArray();
        }

        Assert.Equal([commits], Numbers(CheckpointPart.Model, "step"));
        var rows = Numbers(CheckpointPart.Keeper, "bank.ids").Zip(Numbers(CheckpointPart.Keeper, "bank.steps"), (sample, step) => (sample, step));
        var seen = rows.Where(row => row.step > 0).CountBy(row => (row.sample, Epoch: (row.step - 1) / perEpoch)).ToArray();
        Assert.Equal(64 * commits / perEpoch, seen.Length);
        Assert.All(seen, of => Assert.Equal(views, of.Value));
    }

    public void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(this[from], "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(this[to], Path.GetRelativePath(this[from], file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>Images of a label's colour under noise; of CIFAR-100 (two label bytes) with <paramref name="labels"/> of 2.</summary>
    public void WriteCifar(string relative, int images, int labels = 1, int classes = 10)
    {
        var record = labels + 3072;
        var bytes = new byte[images * record];
        new Random(images).NextBytes(bytes);
        for (var i = 0; i < bytes.Length; i++)
        {
            var (label, at) = (i / record % classes, i % record);
            bytes[i] = at < labels ? (byte)label : (byte)((label * 23) + ((at - labels) / 1024 * 40) + (bytes[i] / 6));
        }

        Directory.CreateDirectory(Path.GetDirectoryName(this[relative])!);
        File.WriteAllBytes(this[relative], bytes);
    }

    /// <summary>A pipe in place of the file: who reads it waits for what is written into <see cref="Held"/>.</summary>
    public void MakePipe(string relative)
    {
        File.Delete(this[relative]);
        using var made = Process.Start("mkfifo", [this[relative]]);
        made.WaitForExit();
    }

    /// <summary>The pipe's writing end, once it is being read.</summary>
    public Stream Held(string relative) =>
        Task.Run(() => new FileStream(this[relative], FileMode.Open, FileAccess.Write)).WaitAsync(TimeSpan.FromMinutes(1)).GetAwaiter().GetResult();

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
