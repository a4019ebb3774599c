using Kindred.Data.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Models;

/// <summary>One parameter: torchvision's name, shape (OIHW for convolutions), start; Decay is false for batch norm and biases.</summary>
public sealed record ParameterSpec(string Name, long[] Shape, Init Init, bool Decay)
{
    public long Count { get; } = Shape.Aggregate(1L, (product, size) => product * size);
}

/// <summary>One batch norm, whose statistics export as Name.running_mean and Name.running_var [Channels].</summary>
public sealed record NormSpec(string Name, long Channels);

/// <summary>
/// Where every parameter lies in ONE flat fp32 tensor [P] and every batch norm in flat statistics [C]. Layers declare themselves here
/// as a network is built. Convolutions lie as OHWI, so that their OIHW views have channels_last strides.
/// </summary>
public sealed class ParameterLayout
{
    private readonly List<ParameterSpec> parameters = [];
    private readonly List<long> offsets = [];
    private readonly List<NormSpec> norms = [];
    private readonly List<long> normOffsets = [];

    public IReadOnlyList<ParameterSpec> Parameters => parameters;

    public IReadOnlyList<NormSpec> Norms => norms;

    /// <summary>P.</summary>
    public long Count { get; private set; }

    /// <summary>C.</summary>
    public long NormChannels { get; private set; }

    /// <summary>Where parameter <paramref name="index"/> starts in the flat tensor.</summary>
    public long Offset(int index) => offsets[index];

    /// <summary>The index of a parameter; throws when no parameter has that name.</summary>
    public int IndexOf(string name)
    {
        var index = parameters.FindIndex(parameter => parameter.Name == name);
        return index >= 0 ? index : throw new ArgumentException($"parameter {name} is not in this network", nameof(name));
    }

    /// <summary>A parameter, in its own shape, as a view of <paramref name="flat"/> [P]: weights, gradient, momentum, EMA alike.</summary>
    public Tensor View(Tensor flat, int index)
    {
        var (spec, shape) = (parameters[index], parameters[index].Shape);
        using var part = flat.narrow(0, offsets[index], spec.Count);
        if (shape.Length != 4)
            return part.view(shape);
        using var ohwi = part.view(shape[0], shape[2], shape[3], shape[1]);
        return ohwi.permute(0, 3, 1, 2);
    }

    /// <summary>What a parameter of this shape holds, in the order in which it lies in the flat tensor.</summary>
    public static Tensor Flatten(Tensor parameter) => (parameter.dim() == 4 ? parameter.permute(0, 2, 3, 1) : parameter).reshape(-1);

    /// <summary>Views of all parameters, in order; they outlive the current dispose scope.</summary>
    public Tensor[] Views(Tensor flat) => [.. Enumerable.Range(0, parameters.Count).Select(i => View(flat, i).DetachFromDisposeScope())];

    /// <summary>Views of all batch norms in flat statistics [C], in order; they outlive the current dispose scope.</summary>
    public Tensor[] NormViews(Tensor flat) =>
        [.. norms.Select((norm, i) => flat.narrow(0, normOffsets[i], norm.Channels).DetachFromDisposeScope())];

    /// <summary>Draws every parameter anew; the same seed gives the same bits anywhere.</summary>
    public void Initialise(Tensor flat, long seed)
    {
        using var noGrad = no_grad();
        for (var i = 0; i < parameters.Count; i++)
        {
            var values = new float[parameters[i].Count];
            parameters[i].Init.Fill(values, Keyed.For(Draw.Initialise, seed, i));
            using var drawn = tensor(values, parameters[i].Shape);
            using var view = View(flat, i);
            view.copy_(drawn);
        }
    }

    internal int Add(ParameterSpec parameter)
    {
        parameters.Add(parameter);
        offsets.Add(Count);
        Count += parameter.Count;
        return parameters.Count - 1;
    }

    internal int Add(NormSpec norm)
    {
        norms.Add(norm);
        normOffsets.Add(NormChannels);
        NormChannels += norm.Channels;
        return norms.Count - 1;
    }
}
