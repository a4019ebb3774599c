namespace TorchSharp;

public enum PaddingModes
{
    Zeros = 0,
    Reflect = 1,
    Replicate = 2,
    Circular = 3,
    Constant = 4,
}

/// <summary>torch.nn.functional. Images are [N, C, H, W].</summary>
public static partial class torch
{
    public enum GridSampleMode
    {
        Nearest = 0,
        Bilinear = 2,
    }

    public enum GridSamplePaddingMode
    {
        Zeros = 0,
        Reflection = 1,
        Border = 2,
    }

    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>x Wᵀ + b.</summary>
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => Native.kt_linear(input, weights, bias);

            /// <summary>Strides, padding and dilation are [height, width]; weights [out, in / groups, kH, kW].</summary>
            public static Tensor conv2d(
                Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null,
                long[]? dilation = null, long groups = 1) =>
                Native.kt_conv2d(input, weight, bias, strides ?? One, padding ?? Zero, dilation ?? One, groups);

            /// <summary>Normalises each channel with batch statistics when training, else with the running ones.</summary>
            public static Tensor batch_norm(
                Tensor input, Tensor? running_mean, Tensor? running_var, Tensor? weight = null, Tensor? bias = null,
                bool training = false, double momentum = 0.1, double eps = 1e-5) =>
                Native.kt_batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps);

            public static Tensor max_pool2d(
                Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null,
                bool ceil_mode = false) =>
                Native.kt_max_pool2d(
                    input, Square(kernel_size), Square(stride ?? kernel_size), Square(padding ?? 0), Square(dilation ?? 1), ceil_mode);

            public static Tensor adaptive_avg_pool2d(Tensor input, long output_size) =>
                Native.kt_adaptive_avg_pool2d(input, Square(output_size));

            /// <summary>x / max(‖x‖ₚ, eps) along dim.</summary>
            public static Tensor normalize(Tensor input, double p = 2, long dim = 1, double eps = 1e-12) =>
                Native.kt_normalize(input, p, dim, eps);

            private static readonly long[] One = [1, 1];
            private static readonly long[] Zero = [0, 0];
            private static long[] Square(long side) => side switch { 0 => Zero, 1 => One, _ => [side, side] };
        }
    }
}
