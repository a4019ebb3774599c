namespace TorchSharp;

/// <summary>Functions of each element. A name that ends in _ works in place and returns its own tensor.</summary>
public static partial class torch
{
    public sealed partial class Tensor
    {
        public Tensor neg() => Native.kt_neg(this);
        public Tensor exp() => Native.kt_exp(this);
        public Tensor log() => Native.kt_log(this);
        public Tensor sqrt() => Native.kt_sqrt(this);
        public Tensor abs() => Native.kt_abs(this);
        public Tensor reciprocal() => Native.kt_reciprocal(this);
        public Tensor round() => Native.kt_round(this);
        public Tensor tanh() => Native.kt_tanh(this);
        public Tensor relu() => Native.kt_relu(this);
        public Tensor isfinite() => Native.kt_isfinite(this);
        public Tensor exp_() => Done(Native.kt_exp_(this));
        public Tensor sqrt_() => Done(Native.kt_sqrt_(this));
        public Tensor relu_() => Done(Native.kt_relu_(this));
    }
}
