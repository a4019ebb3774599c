namespace Kindred.Data;

/// <summary>Images numbered 0 … Count − 1, in an order that never changes. Safe to call from any thread.</summary>
public interface IDataSet : IDisposable
{
    /// <summary>For people: kind and part, as in "cifar10 train".</summary>
    string Name { get; }

    int Count { get; }

    /// <summary>The class of each image, 0 … Classes − 1; null without labels.</summary>
    IReadOnlyList<int>? Labels { get; }

    /// <summary>Number of classes; 0 without labels.</summary>
    int Classes { get; }

    /// <summary>Height and width that all images share, in pixels; 0 where sizes differ.</summary>
    int ImageSize { get; }

    /// <summary>XxHash128 over order, names, sizes and sampled contents, as 32 hexadecimal digits.</summary>
    string Fingerprint { get; }

    /// <summary>How many corrupt images were met so far.</summary>
    int Corrupt { get; }

    /// <summary>Image <paramref name="id"/>, or where that is corrupt the next readable one (id + 1, … modulo Count).</summary>
    /// <exception cref="DataException">Too many images are corrupt, or the operating system doesn't give one.</exception>
    Image Read(int id);
}
