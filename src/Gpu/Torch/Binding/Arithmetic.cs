using Kindred.Gpu.Torch;

namespace TorchSharp;

/// <summary>Arithmetic and comparisons of two operands. A name that ends in _ works in place and returns its own tensor.</summary>
public static partial class torch
{
    public sealed partial class Tensor
    {
        public Tensor add(Tensor target) => Native.kt_add(this, target, 1);
        public Tensor add(Scalar scalar) => Native.kt_add_scalar(this, scalar);
        public Tensor add_(Tensor target) => Done(Native.kt_add_(this, target, 1));
        public Tensor add_(Tensor target, Scalar alpha) => Done(Native.kt_add_(this, target, alpha));
        public Tensor add_(Scalar scalar) => Done(Native.kt_add_scalar_(this, scalar));
        public Tensor sub(Tensor target) => Native.kt_sub(this, target, 1);
        public Tensor sub_(Tensor target) => Done(Native.kt_sub_(this, target, 1));
        public Tensor mul(Tensor target) => Native.kt_mul(this, target);
        public Tensor mul(Scalar target) => Native.kt_mul_scalar(this, target);
        public Tensor mul_(Tensor target) => Done(Native.kt_mul_(this, target));
        public Tensor mul_(Scalar target) => Done(Native.kt_mul_scalar_(this, target));
        public Tensor div(Tensor target) => Native.kt_div(this, target);
        public Tensor div(Scalar target) => Native.kt_div_scalar(this, target);
        public Tensor div_(Tensor target) => Done(Native.kt_div_(this, target));
        public Tensor div_(Scalar target) => Done(Native.kt_div_scalar_(this, target));
        public Tensor pow(Scalar exponent) => Native.kt_pow_scalar(this, exponent);
        public Tensor floor_divide(Tensor other) => Native.kt_floor_divide(this, other);

        public Tensor eq(Tensor target) => Native.kt_eq(this, target);
        public Tensor eq(Scalar target) => Native.kt_eq_scalar(this, target);
        public Tensor gt(Scalar target) => Native.kt_gt_scalar(this, target);
        public Tensor ge(Scalar target) => Native.kt_ge_scalar(this, target);
        public Tensor logical_and(Tensor other) => Native.kt_logical_and(this, other);

        /// <summary>x + value·tensor1·tensor2.</summary>
        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) => Native.kt_addcmul(this, tensor1, tensor2, value);
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) => Done(Native.kt_addcmul_(this, tensor1, tensor2, value));

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) => Done(Native.kt_addcdiv_(this, tensor1, tensor2, value));

        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => Done(Native.kt_clamp_(this, min ?? default, max ?? default));

        public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false)
        {
            Errors.Check(Native.kt_allclose(this, target, rtol, atol, equal_nan, out var close));
            return close != 0;
        }

        public static Tensor operator -(Tensor tensor) => tensor.neg();
        public static Tensor operator +(Tensor left, Tensor right) => left.add(right);
        public static Tensor operator +(Tensor left, Scalar right) => left.add(right);
        public static Tensor operator -(Tensor left, Tensor right) => left.sub(right);
        public static Tensor operator -(Scalar left, Tensor right) => Native.kt_rsub(right, left);
        public static Tensor operator *(Tensor left, Tensor right) => left.mul(right);
        public static Tensor operator *(Tensor left, Scalar right) => left.mul(right);
        public static Tensor operator /(Tensor left, Tensor right) => left.div(right);
        public static Tensor operator /(Tensor left, Scalar right) => left.div(right);
    }
}
