using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Contrastive;

/// <summary>Some columns of some images, as the cells of a table [V, b, C] that they are in for every view of the image.</summary>
internal sealed class Cells
{
    private readonly long views, images;
    private readonly Tensor image, flat;

    /// <param name="cells">Flat cells (image, column) of [b, C], int64 [n].</param>
    public Cells(Tensor cells, long views, long images, long columns)
    {
        (this.views, this.images) = (views, images);
        image = cells.floor_divide(tensor(columns));
        flat = (arange(views, dtype: ScalarType.Int64, device: cells.device) * (images * columns)).unsqueeze(1).add(cells).flatten();
    }

    /// <summary>[b]: how many cells an image has.</summary>
    public Tensor CountPerImage() =>
        zeros([images], device: image.device).index_add_(0, image, ones([image.shape[0]], device: image.device), 1);

    /// <summary>[V, b]: the sum over the cells of each image.</summary>
    public Tensor SumPerImage(Tensor table)
    {
        var anchor = (arange(views, dtype: ScalarType.Int64, device: image.device) * images).unsqueeze(1).add(image).flatten();
        var values = table.view(-1).index_select(0, flat);
        return zeros([views * images], device: image.device).index_add_(0, anchor, values, 1).view(views, images);
    }

    /// <summary>Subtracts each anchor's amount, [V, b], from its cells.</summary>
    public void Subtract(Tensor table, Tensor amount) =>
        table.view(-1).index_add_(0, flat, amount.index_select(1, image).flatten(), -1);

    public void Fill(Tensor table, float value) => Fill(table, flat, value);

    /// <summary>Sets flat cells of a contiguous table.</summary>
    public static void Fill(Tensor table, Tensor flat, float value) => table.view(-1).index_put_(tensor(value, device: table.device), flat);
}
