// torch.nn.functional.
#include "shim.h"

using Dims = const int64_t*;  // two values each: height, width
static at::IntArrayRef two(Dims values) { return at::IntArrayRef(values, 2); }

API Handle kt_linear(Handle x, Handle weight, Handle bias) {
  return kt::tensor([&] { return at::linear(*x, *weight, kt::maybe(bias)); });
}
API Handle kt_conv2d(Handle x, Handle weight, Handle bias, Dims stride, Dims padding, Dims dilation, int64_t groups) {
  return kt::tensor([&] { return at::conv2d(*x, *weight, kt::maybe(bias), two(stride), two(padding), two(dilation), groups); });
}
API Handle kt_batch_norm(
    Handle x, Handle mean, Handle var, Handle weight, Handle bias, Flag training, double momentum, double eps) {
  return kt::tensor([&] {
    return at::batch_norm(
        *x, kt::maybe(weight), kt::maybe(bias), kt::maybe(mean), kt::maybe(var), training, momentum, eps,
        at::globalContext().userEnabledCuDNN());
  });
}
API Handle kt_max_pool2d(Handle x, Dims kernel, Dims stride, Dims padding, Dims dilation, Flag ceil) {
  return kt::tensor([&] { return at::max_pool2d(*x, two(kernel), two(stride), two(padding), two(dilation), ceil); });
}
API Handle kt_adaptive_avg_pool2d(Handle x, Dims size) {
  return kt::tensor([&] { return at::adaptive_avg_pool2d(*x, two(size)); });
}
/// x / max(‖x‖ₚ, eps) along dim.
API Handle kt_normalize(Handle x, double p, int64_t dim, double eps) {
  return kt::tensor([&] { return *x / at::norm(*x, at::Scalar(p), {dim}, true).clamp_min(eps).expand_as(*x); });
}
API Handle kt_grid_sample(Handle x, Handle grid, int64_t mode, int64_t padding, Flag align_corners) {
  return kt::tensor([&] { return at::grid_sampler(*x, *grid, mode, padding, align_corners); });
}
API Handle kt_affine_grid(Handle theta, const int64_t* size, int64_t n, Flag align_corners) {
  return kt::tensor([&] { return at::affine_grid_generator(*theta, kt::dims(size, n), align_corners); });
}
API Handle kt_pad(Handle x, const int64_t* widths, int64_t n, const char* mode, double value) {
  return kt::tensor([&] {
    bool constant = mode[0] == 'c' && mode[1] == 'o';
    return at::pad(*x, kt::dims(widths, n), mode, constant ? kt::Optional<double>(value) : kt::Optional<double>());
  });
}
