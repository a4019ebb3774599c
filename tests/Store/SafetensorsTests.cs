using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Kindred.Data.Formats;

namespace Kindred.Tests.Store;

public sealed class SafetensorsTests
{
    private static readonly SafeTensor[] Tensors =
    [
        new("bank.ids", "I64", [2], new byte[16]),
        new("größe \"<+>\"", "BF16", [3, 1], new byte[] { 1, 2, 3, 4, 5, 6 }),
        new("step", "I64", [], BitConverter.GetBytes(1200L)),
        new("weight", "F32", [2, 3], Enumerable.Range(0, 6).SelectMany(i => BitConverter.GetBytes(i / 2f)).ToArray()),
        new("empty", "U8", [0, 5], default),
    ];

    [Fact]
    public void WhatWasWrittenIsRead()
    {
        var bytes = Write(Tensors, new Dictionary<string, string> { ["step"] = "1200", ["architecture"] = "resnet8" });
        foreach (var file in new[] { SafetensorsFile.Read(bytes), SafetensorsFile.Read(new MemoryStream(bytes)) })
        {
            Assert.Equal(["bank.ids", "step", "weight", "größe \"<+>\"", "empty"], file.Tensors.Select(t => t.Name));
            Assert.All(Tensors, t =>
            {
                Assert.Equal(t.Dtype, file[t.Name].Dtype);
                Assert.Equal(t.Data.ToArray(), file[t.Name].Data.ToArray());
                Assert.Equal(t.Shape, file[t.Name].Shape);
            });
            Assert.Equal("resnet8", file.Metadata["architecture"]);
            Assert.False(file.Contains("bias"));
            Assert.Contains("'bias'", Assert.Throws<InvalidDataException>(() => file["bias"]).Message, StringComparison.Ordinal);
        }
    }

    /// <summary>The bytes as the format's text says them, put together by hand.</summary>
    [Fact]
    public void TheBytesAreTheFormats()
    {
        var header = """{"__metadata__":{"a":"1","b":"2"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"""
            + "\"n\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[8,9]}}";
        var padded = header.PadRight(192 - 8);
        byte[] expected = [184, 0, 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(padded), 0, 0, 128, 63, 0, 0, 0, 64, 7];
        var actual = Write(
            [new("n", "U8", [1], new byte[] { 7 }), new("w", "F32", [1, 2], new byte[] { 0, 0, 128, 63, 0, 0, 0, 64 })],
            new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" });
        Assert.Equal(Encoding.Latin1.GetString(expected), Encoding.Latin1.GetString(actual));
    }

    [Fact]
    public void TheBytesDoNotDependOnTheOrderOfTheTensors() => Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        var shuffled = Tensors.ToArray();
        new Random(seed).Shuffle(shuffled);
        return Write(shuffled).AsSpan().SequenceEqual(Write(Tensors));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void TheDataBeginsAt64Bytes() => Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyString>(), name =>
    {
        var well = new string(name.Get.Where(c => !char.IsSurrogate(c)).ToArray());
        return (8 + BinaryPrimitives.ReadInt64LittleEndian(Write([new(well, "U8", [1], new byte[1])]))) % 64 == 0;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", null)]
    [InlineData("""{"w":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}""", "F33")]
    [InlineData("""{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "needs 12 bytes")]
    [InlineData("""{"w":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}""", "can't be")]
    [InlineData("""{"w":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,4],"data_offsets":[0,8]}}""", "can't be")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", "can't be")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}}""", "damaged")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "from 8 to 0")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", "from -8 to 0")]
    [InlineData("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4,8]}}""", "needs 8 bytes")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "begins at byte 4")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "8 follow")]
    [InlineData("""{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "8 follow")]
    [InlineData("""{"v":{"dtype":"I8","shape":[8],"data_offsets":[0,8]},"w":{"dtype":"I8","shape":[4],"data_offsets":[4,8]}}""", "ends at 8")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "twice")]
    [InlineData("""{"w":{"shape":[2],"data_offsets":[0,8]}}""", "damaged")]
    [InlineData("""{"w":7}""", "damaged")]
    [InlineData("""{"__metadata__":{"a":1}}""", "damaged")]
    [InlineData("""[]""", "damaged")]
    [InlineData("""{"w":""", "damaged")]
    [InlineData("", "damaged")]
    public void AHostileHeaderIsRefusedInOneLine(string header, string? says)
    {
        byte[] file = [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), .. new byte[8]];
        Func<SafetensorsFile>[] reads = [() => SafetensorsFile.Read(file), () => SafetensorsFile.Read(new MemoryStream(file))];
        foreach (var read in reads)
        {
            if (says is null)
            {
                Assert.Equal([2], read()["w"].Shape);
                continue;
            }

            var message = Assert.Throws<InvalidDataException>(read).Message;
            Assert.Contains(says, message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    [InlineData(100_000_001)]
    [InlineData(93)]
    public void AHeaderLongerThanTheFileIsRefused(ulong length)
    {
        var file = new byte[100];
        BinaryPrimitives.WriteUInt64LittleEndian(file, length);
        var error = Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(file));
        Assert.Contains($"{length} bytes in a file of 100", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(new MemoryStream(file)));
        Assert.Throws<InvalidDataException>(() => SafetensorsFile.Read(new byte[7]));
    }

    [Fact]
    public void NoChangedByteDoesMoreThanBeRefused() => Prop.ForAll(ArbMap.Default.ArbFor<(ushort At, byte To)[]>(), changes =>
    {
        var bytes = Write(Tensors);
        foreach (var (at, to) in changes)
            bytes[at % bytes.Length] = to;
        try
        {
            return SafetensorsFile.Read(bytes).Tensors.Sum(t => t.Data.Length) <= bytes.Length;
        }
        catch (InvalidDataException)
        {
            return true;
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Fact]
    public void AWriterThatMeansNonsenseIsRefused()
    {
        Assert.Throws<ArgumentException>(() => Write([new("a", "F32", [2], new byte[7])]));
        Assert.Throws<ArgumentException>(() => Write([new("a", "float32", [1], new byte[4])]));
        Assert.Throws<ArgumentException>(() => Write([new("a", "U8", [1], new byte[1]), new("a", "F32", [1], new byte[4])]));
        Assert.Throws<ArgumentException>(() => Write([new("__metadata__", "U8", [1], new byte[1])]));
    }

    [Fact]
    public void ThePythonReferenceReadsIt()
    {
        Assert.SkipUnless(Python("import safetensors.numpy") is "", "python3 has no safetensors");
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a"], Write(Tensors.Where(t => t.Dtype != "BF16"), new Dictionary<string, string> { ["b"] = "1" }));
        Assert.Equal("[[0.0, 0.5, 1.0], [1.5, 2.0, 2.5]] 1200\n", Python(
            $"from safetensors.numpy import load_file; f = load_file('{folder["a"]}'); print(f['weight'].tolist(), f['step'])"));
    }

    [Theory]
    [InlineData(3, 2)]
    [InlineData(1_281_167, 2048)]
    public void AnNpyHeaderIsNumPys(long rows, int columns)
    {
        using var stream = new MemoryStream();
        NpyFile.WriteHeader(stream, rows, columns);
        var bytes = stream.ToArray();
        Assert.Equal(0, bytes.Length % 64);
        Assert.Equal([0x93, .. "NUMPY"u8, 1, 0], bytes[..8]);
        Assert.Equal(bytes.Length - 10, BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8)));
        var text = Encoding.ASCII.GetString(bytes, 10, bytes.Length - 10);
        Assert.Equal($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}", text.TrimEnd());
        Assert.Equal('\n', text[^1]);
    }

    [Fact]
    public void NumPyReadsIt()
    {
        Assert.SkipUnless(Python("import numpy") is "", "python3 has no numpy");
        using var folder = new TemporaryFolder();
        using (var stream = File.Create(folder["a.npy"]))
        {
            NpyFile.WriteHeader(stream, 3, 2);
            NpyFile.WriteRows(stream, [0, 0.5f]);
            NpyFile.WriteRows(stream, [1, 1.5f, 2, 2.5f]);
        }

        Assert.Equal("float32 [[0.0, 0.5], [1.0, 1.5], [2.0, 2.5]]\n", Python(
            $"import numpy; a = numpy.load('{folder["a.npy"]}'); print(a.dtype, a.tolist())"));
    }

    private static byte[] Write(IEnumerable<SafeTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    /// <summary>What the distribution's Python prints; null where it fails or isn't there.</summary>
    internal static string? Python(string script)
    {
        const string Interpreter = "/usr/bin/python3";
        if (!File.Exists(Interpreter))
            return null;
        using var process = Process.Start(new ProcessStartInfo(Interpreter, ["-c", script])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        errors.Wait();
        return process.ExitCode == 0 ? output : null;
    }
}
