namespace TorchSharp;

/// <summary>Functions of each element. A name that ends in _ works in place and returns its own tensor.</summary>
public static partial class torch
{
    public static Tensor neg(Tensor input) => input.neg();
    public static Tensor exp(Tensor input) => input.exp();
    public static Tensor log(Tensor input) => input.log();
    public static Tensor log1p(Tensor input) => input.log1p();
    public static Tensor expm1(Tensor input) => input.expm1();
    public static Tensor sqrt(Tensor input) => input.sqrt();
    public static Tensor rsqrt(Tensor input) => input.rsqrt();
    public static Tensor sin(Tensor input) => input.sin();
    public static Tensor cos(Tensor input) => input.cos();
    public static Tensor abs(Tensor input) => input.abs();
    public static Tensor sign(Tensor input) => input.sign();
    public static Tensor reciprocal(Tensor input) => input.reciprocal();
    public static Tensor floor(Tensor input) => input.floor();
    public static Tensor ceil(Tensor input) => input.ceil();
    public static Tensor round(Tensor input) => input.round();
    public static Tensor tanh(Tensor input) => input.tanh();
    public static Tensor sigmoid(Tensor input) => input.sigmoid();
    public static Tensor logical_not(Tensor input) => input.logical_not();
    public static Tensor isnan(Tensor input) => input.isnan();
    public static Tensor isfinite(Tensor tensor) => tensor.isfinite();
    public static Tensor erf(Tensor input) => input.erf();
    public static Tensor erfinv(Tensor input) => input.erfinv();
    public static Tensor square(Tensor input) => input.square();
    public static Tensor maximum(Tensor input, Tensor other) => input.maximum(other);
    public static Tensor minimum(Tensor input, Tensor other) => input.minimum(other);
    public static Tensor atan2(Tensor input, Tensor other) => input.atan2(other);
    public static Tensor eq(Tensor left, Tensor right) => left.eq(right);
    public static Tensor ne(Tensor left, Tensor right) => left.ne(right);
    public static Tensor lt(Tensor left, Tensor right) => left.lt(right);
    public static Tensor le(Tensor left, Tensor right) => left.le(right);
    public static Tensor gt(Tensor left, Tensor right) => left.gt(right);
    public static Tensor ge(Tensor left, Tensor right) => left.ge(right);
    public static Tensor logical_and(Tensor left, Tensor right) => left.logical_and(right);
    public static Tensor logical_or(Tensor left, Tensor right) => left.logical_or(right);
    public static Tensor add(Tensor left, Tensor right) => left.add(right);
    public static Tensor add(Tensor left, Scalar right) => left.add(right);
    public static Tensor sub(Tensor left, Tensor right) => left.sub(right);
    public static Tensor sub(Tensor left, Scalar right) => left.sub(right);
    public static Tensor mul(Tensor left, Tensor right) => left.mul(right);
    public static Tensor mul(Tensor left, Scalar right) => left.mul(right);
    public static Tensor div(Tensor left, Tensor right) => left.div(right);
    public static Tensor div(Tensor left, Scalar right) => left.div(right);
    public static Tensor pow(Tensor left, Tensor exponent) => left.pow(exponent);
    public static Tensor pow(Tensor left, Scalar exponent) => left.pow(exponent);
    public static Tensor clamp(Tensor input, Scalar? min = null, Scalar? max = null) => input.clamp(min, max);
    public static Tensor clamp(Tensor input, Tensor? min = null, Tensor? max = null) => input.clamp(min, max);
    public static Tensor clamp_min(Tensor input, Scalar min) => input.clamp_min(min);
    public static Tensor clamp_max(Tensor input, Scalar max) => input.clamp_max(max);
    public static Tensor lerp(Tensor input, Tensor end, Tensor weight) => input.lerp(end, weight);

    public sealed partial class Tensor
    {
        public Tensor neg() => Native.kt_neg(this);
        public Tensor exp() => Native.kt_exp(this);
        public Tensor log() => Native.kt_log(this);
        public Tensor log1p() => Native.kt_log1p(this);
        public Tensor expm1() => Native.kt_expm1(this);
        public Tensor sqrt() => Native.kt_sqrt(this);
        public Tensor rsqrt() => Native.kt_rsqrt(this);
        public Tensor sin() => Native.kt_sin(this);
        public Tensor cos() => Native.kt_cos(this);
        public Tensor abs() => Native.kt_abs(this);
        public Tensor sign() => Native.kt_sign(this);
        public Tensor reciprocal() => Native.kt_reciprocal(this);
        public Tensor floor() => Native.kt_floor(this);
        public Tensor ceil() => Native.kt_ceil(this);
        public Tensor round() => Native.kt_round(this);
        public Tensor tanh() => Native.kt_tanh(this);
        public Tensor sigmoid() => Native.kt_sigmoid(this);
        public Tensor relu() => Native.kt_relu(this);
        public Tensor logical_not() => Native.kt_logical_not(this);
        public Tensor isnan() => Native.kt_isnan(this);
        public Tensor isfinite() => Native.kt_isfinite(this);
        public Tensor erf() => Native.kt_erf(this);
        public Tensor erfinv() => Native.kt_erfinv(this);
        public Tensor square() => Native.kt_square(this);
        public Tensor neg_() => Done(Native.kt_neg_(this));
        public Tensor exp_() => Done(Native.kt_exp_(this));
        public Tensor log_() => Done(Native.kt_log_(this));
        public Tensor sqrt_() => Done(Native.kt_sqrt_(this));
        public Tensor rsqrt_() => Done(Native.kt_rsqrt_(this));
        public Tensor abs_() => Done(Native.kt_abs_(this));
        public Tensor relu_() => Done(Native.kt_relu_(this));
    }
}
