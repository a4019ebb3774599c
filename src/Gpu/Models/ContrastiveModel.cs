using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kindred.Gpu.Models;

/// <summary>Encoder f and projection head g in one layout, the encoder's parameters first: z = g(f(x)) / |g(f(x))|.</summary>
public sealed class ContrastiveModel
{
    public ContrastiveModel(string name, Stem stem, HeadOptions head)
    {
        Encoder = Networks.Encoder(Layout, name, stem);
        EncoderParameters = Layout.Parameters.Count;
        EncoderNorms = Layout.Norms.Count;
        Head = Networks.Head(Layout, Encoder.Width, head);
    }

    public ParameterLayout Layout { get; } = new();

    public Network Encoder { get; }

    public Network Head { get; }

    /// <summary>How many of the layout's parameters, from the first, are the encoder's: what an export holds.</summary>
    public int EncoderParameters { get; }

    /// <summary>How many of the layout's batch norms, from the first, are the encoder's.</summary>
    public int EncoderNorms { get; }

    /// <summary>Unit rows z [n, D] fp32 of normalised images x [n, 3, H, W].</summary>
    public Tensor Project(Tensor x, Weights w)
    {
        using var scope = NewDisposeScope();
        var z = Head.Forward(Encoder.Forward(x, w), w).to(ScalarType.Float32);
        return F.normalize(z, dim: 1).MoveToOuterDisposeScope();
    }

    /// <summary>Features [n, Width] fp32, before the head.</summary>
    public Tensor Features(Tensor x, Weights w)
    {
        using var scope = NewDisposeScope();
        return Encoder.Forward(x, w).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }
}
