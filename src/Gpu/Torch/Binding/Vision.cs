namespace TorchSharp;

/// <summary>torch.nn.functional for images: sampling, padding, resizing.</summary>
public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>The input at grid [N, H', W', 2]: x and y of each output pixel in the input, from -1 to 1.</summary>
            public static Tensor grid_sample(
                Tensor input, Tensor grid, GridSampleMode mode = GridSampleMode.Bilinear,
                GridSamplePaddingMode padding_mode = GridSamplePaddingMode.Zeros, bool? align_corners = null)
            {
                long padding = padding_mode switch
                {
                    GridSamplePaddingMode.Zeros => 0,
                    GridSamplePaddingMode.Border => 1,
                    _ => 2,
                };
                return Native.kt_grid_sample(input, grid, mode == GridSampleMode.Bilinear ? 0 : 1, padding, align_corners ?? false);
            }

            /// <summary>The grid of theta [N, 2, 3], which maps output to input coordinates.</summary>
            public static Tensor affine_grid(Tensor theta, long[]? size = null, bool align_corners = false) =>
                Native.kt_affine_grid(theta, size, size?.Length ?? 0, align_corners);

            /// <summary>Widths are [left, right, top, bottom, …], the last dimension first.</summary>
            public static Tensor pad(Tensor input, ReadOnlySpan<long> pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                Native.kt_pad(input, pad, pad.Length, mode switch
                {
                    PaddingModes.Reflect => "reflect",
                    PaddingModes.Replicate => "replicate",
                    PaddingModes.Circular => "circular",
                    _ => "constant",
                }, value);
        }
    }
}
