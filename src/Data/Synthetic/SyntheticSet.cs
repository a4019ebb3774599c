using Kindred.Data.Sampling;

namespace Kindred.Data.Synthetic;

/// <summary>
/// Ten classes of textured shapes, 32 × 32, made when read: class = outline (of two) × texture (of five), everything else is nuisance.
/// 200-NN accuracy: raw pixels 0.19, an untrained resnet8 0.28, after 6 epochs of SimCLR on 5,000 images 0.45.
/// Image <c>id</c> is a pure function of (seed, part, id), with the same bytes on every machine.
/// </summary>
public sealed class SyntheticSet : IDataSet
{
    public const int TrainImages = 10_000;
    public const int EvaluationImages = 2_000;

    private const int Version = 1; // raise when the pixels change: part of the fingerprint
    private readonly long seed;
    private readonly int part;
    private readonly int[] ids, labels;

    /// <param name="name">As in "synthetic train".</param>
    /// <param name="seed">The run's.</param>
    /// <param name="part">0: training, 1: evaluation.</param>
    /// <param name="ids">Which images of that part, in order.</param>
    internal SyntheticSet(string name, long seed, int part, IEnumerable<int> ids)
    {
        (Name, this.seed, this.part, this.ids) = (name, seed, part, [.. ids]);
        labels = Array.ConvertAll(this.ids, id => id % Classes);
    }

    public string Name { get; }

    public int Count => ids.Length;

    public IReadOnlyList<int> Labels => labels;

    public int Classes => Shapes.Outlines * Shapes.Textures;

    public int ImageSize => Scene.Side;

    public string Fingerprint
    {
        get
        {
            var hash = new Fingerprint().Add(Name).Add(Version).Add(seed).Add(Count);
            foreach (var id in ids)
                hash.Add(id);
            return hash.Add(Read(0).Pixels.Span).Hex();
        }
    }

    public int Corrupt => 0;

    public Image Read(int id) =>
        new(new Scene(labels[id], Keyed.For(Draw.Synthetic, seed, part, ids[id])).Render(), Scene.Side, Scene.Side);

    public void Dispose()
    {
    }
}
