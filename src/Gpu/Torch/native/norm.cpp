// relu(batch_norm(x) + residual), its gradient, and the batch's moments, each in two passes over memory; libtorch's own operations
// take four and six, and are 44 % of a small ResNet's step on a CPU. For rows of channels, [n, h, w, c] or [n, c], bf16 or fp32; all
// else is composed of libtorch's operations, and a GPU has kernels of its own (norm_cuda.cpp). Sums run over fixed blocks of rows, so
// the bits don't depend on the threads.
#include "norm.h"
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <cmath>
#include <vector>

#ifdef __x86_64__
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif
#define INLINE __attribute__((always_inline)) inline

namespace {

constexpr int64_t kBlock = 512;  // rows whose sums are added in fp32; blocks are added in fp64
constexpr int64_t kTile = 16;    // channels at once, a vector of floats

using Bits = uint16_t;  // of a bfloat16
using V = float __attribute__((vector_size(64), aligned(4), may_alias));
using I = int32_t __attribute__((vector_size(64), may_alias));
using U = uint32_t __attribute__((vector_size(64), may_alias));
using H = uint16_t __attribute__((vector_size(32), aligned(2), may_alias));

INLINE V load(const float* x) { return *reinterpret_cast<const V*>(x); }
INLINE V load(const Bits* x) { return (V)(__builtin_convertvector(*reinterpret_cast<const H*>(x), U) << 16); }
INLINE void store(V x, float* to) { *reinterpret_cast<V*>(to) = x; }
INLINE void store(V x, Bits* to) {  // to the nearest, ties to even; NaN stays one
  U bits = (U)x, rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16, isnan = (U)(x != x);
  *reinterpret_cast<H*>(to) = __builtin_convertvector((rounded & ~isnan) | (isnan & 0x7fc0), H);
}
INLINE V where_positive(V x, V y) { return (V)((I)y & (x > 0)); }

/// sums[0][c] = Σ (x - pivot), sums[1][c] = Σ (x - pivot)² over the rows.
template <class T> INLINE void moments(const T* x, int64_t rows, int64_t c, const float* pivot, float* sums) {
  for (int64_t t = 0; t < c; t += kTile) {
    V s = {}, q = {}, k = load(pivot + t);
    for (int64_t r = 0; r < rows; r++) {
      V d = load(x + r * c + t) - k;
      s += d;
      q += d * d;
    }
    store(s, sums + t);
    store(q, sums + c + t);
  }
}

/// y = max(0, x·scale + shift + residual)
template <class T>
INLINE void forward(const T* x, const T* residual, int64_t rows, int64_t c, const float* scale, const float* shift, T* y) {
  for (int64_t t = 0; t < c; t += kTile) {
    V a = load(scale + t), b = load(shift + t);
    for (int64_t i = t; i < rows * c; i += c) {
      V v = load(x + i) * a + b;
      if (residual) v += load(residual + i);
      store((V)((I)v & ~(v < 0)), y + i);  // NaN stays
    }
  }
}

/// g = gy where the output was positive; sums[0][c] = Σ g, sums[1][c] = Σ g·(x - mean). With a residual g is its gradient, and written.
template <class T>
INLINE void gradient_sums(
    const T* gy, const T* x, const T* y, int64_t rows, int64_t c, const float* scale, const float* shift, const float* mean, float* sums,
    T* g) {
  for (int64_t t = 0; t < c; t += kTile) {
    V s = {}, q = {}, a = load(scale + t), b = load(shift + t), m = load(mean + t);
    for (int64_t i = t; i < rows * c; i += c) {
      V v = load(x + i), d = where_positive(y ? load(y + i) : v * a + b, load(gy + i));
      if (g) store(d, g + i);
      s += d;
      q += d * (v - m);
    }
    store(s, sums + t);
    store(q, sums + c + t);
  }
}

/// dx = g·a + (x - mean)·b + d
template <class T>
INLINE void gradient(
    const T* gy, const T* x, bool masked, int64_t rows, int64_t c, const float* scale, const float* shift, const float* mean,
    const float* a, const float* b, const float* d, T* dx) {
  for (int64_t t = 0; t < c; t += kTile) {
    V p = load(scale + t), o = load(shift + t), m = load(mean + t), e = load(a + t), f = load(b + t), h = load(d + t);
    for (int64_t i = t; i < rows * c; i += c) {
      V v = load(x + i), g = load(gy + i);
      if (!masked) g = where_positive(v * p + o, g);
      store(g * e + (v - m) * f + h, dx + i);
    }
  }
}

#define FOR_TYPE(T)                                                                                                                  \
  CLONES void run_moments(const T* x, int64_t n, int64_t c, const float* k, float* s) { moments(x, n, c, k, s); }                    \
  CLONES void run_forward(const T* x, const T* r, int64_t n, int64_t c, const float* a, const float* b, T* y) {                      \
    if (r) forward(x, r, n, c, a, b, y); else forward(x, (const T*)nullptr, n, c, a, b, y);                                          \
  }                                                                                                                                  \
  CLONES void run_sums(                                                                                                              \
      const T* gy, const T* x, const T* y, int64_t n, int64_t c, const float* a, const float* b, const float* m, float* s, T* g) {   \
    if (g) gradient_sums(gy, x, y, n, c, a, b, m, s, g);                                                                             \
    else gradient_sums(gy, x, (const T*)nullptr, n, c, a, b, m, s, (T*)nullptr);                                                     \
  }                                                                                                                                  \
  CLONES void run_gradient(                                                                                                          \
      const T* g, const T* x, bool k, int64_t n, int64_t c, const float* sc, const float* sh, const float* m, const float* a,        \
      const float* b, const float* d, T* dx) {                                                                                       \
    if (k) gradient(g, x, true, n, c, sc, sh, m, a, b, d, dx); else gradient(g, x, false, n, c, sc, sh, m, a, b, d, dx);             \
  }
FOR_TYPE(float)
FOR_TYPE(Bits)

bool fits(const at::Tensor& x) {
  auto type = x.scalar_type();
  auto rows = x.dim() == 2 ? x.is_contiguous() : x.dim() == 4 && x.is_contiguous(at::MemoryFormat::ChannelsLast);
  return x.device().is_cpu() && (type == at::kFloat || type == at::kBFloat16) && rows && x.size(1) % kTile == 0 && x.numel() > x.size(1);
}

at::Tensor like(const at::Tensor& y, const at::Tensor& x) {
  return x.dim() == 4 ? y.contiguous(at::MemoryFormat::ChannelsLast) : y.contiguous();
}

template <class F> void blocks(int64_t rows, F&& run) {
  at::parallel_for(0, (rows + kBlock - 1) / kBlock, 1, [&](int64_t from, int64_t to) {
    for (int64_t b = from; b < to; b++) run(b, b * kBlock, std::min(kBlock, rows - b * kBlock));
  });
}

/// Σ over the blocks of partial[block][0 or 1][c].
std::vector<double> total(const std::vector<float>& partial, int64_t c) {
  std::vector<double> sums(2 * c);
  for (size_t i = 0; i < partial.size(); i++) sums[i % (2 * c)] += partial[i];
  return sums;
}

struct Statistics {
  std::vector<float> mean, invstd, scale, shift;
  std::vector<double> unbiased;  // variance
};

float value(const float* x) { return *x; }
float value(const Bits* x) { return float(c10::BFloat16(*x, c10::BFloat16::from_bits())); }

template <class T> Statistics measure(const T* x, int64_t rows, int64_t c, const float* weight, const float* bias, double eps) {
  std::vector<float> pivot(c), partial((rows + kBlock - 1) / kBlock * 2 * c);
  for (int64_t k = 0; k < c; k++) pivot[k] = value(x + k);
  blocks(rows, [&](int64_t b, int64_t from, int64_t n) { run_moments(x + from * c, n, c, pivot.data(), &partial[b * 2 * c]); });
  auto sums = total(partial, c);
  Statistics s{std::vector<float>(c), std::vector<float>(c), std::vector<float>(c), std::vector<float>(c), std::vector<double>(c)};
  for (int64_t k = 0; k < c; k++) {
    double shift = sums[k] / rows, square = std::max(0.0, sums[c + k] - sums[k] * shift);
    if (std::isnan(sums[c + k])) square = sums[c + k];
    s.mean[k] = float(pivot[k] + shift);
    s.unbiased[k] = square / (rows - 1);
    s.invstd[k] = float(1 / std::sqrt(square / rows + eps));
    s.scale[k] = weight[k] * s.invstd[k];
    s.shift[k] = (bias ? bias[k] : 0) - s.mean[k] * s.scale[k];
  }
  return s;
}

at::Tensor floats(const std::vector<float>& values) {
  return at::tensor(values, at::kFloat);
}

template <class T> T* data(const at::Tensor& x) { return x.defined() ? static_cast<T*>(x.data_ptr()) : nullptr; }

template <class T>
std::vector<at::Tensor> backward_of(
    const at::Tensor& gy, const at::Tensor& x, const at::Tensor& y, const at::Tensor& weight, const at::Tensor& constants, bool has_bias) {
  int64_t c = x.size(1), rows = x.numel() / c;
  const float *mean = constants.data_ptr<float>(), *invstd = mean + c, *scale = mean + 2 * c, *shift = mean + 3 * c;
  const float* gamma = weight.data_ptr<float>();
  auto g = y.defined() ? at::empty_like(x) : at::Tensor();
  std::vector<float> partial((rows + kBlock - 1) / kBlock * 2 * c), a(c), b(c), d(c);
  auto at_row = [c](T* p, int64_t row) { return p ? p + row * c : p; };
  blocks(rows, [&](int64_t k, int64_t from, int64_t n) {
    run_sums(
        at_row(data<T>(gy), from), at_row(data<T>(x), from), at_row(data<T>(y), from), n, c, scale, shift, mean, &partial[k * 2 * c],
        at_row(data<T>(g), from));
  });
  auto sums = total(partial, c);
  auto dgamma = at::empty({c}, weight.options()), dbeta = has_bias ? at::empty({c}, weight.options()) : at::Tensor();
  for (int64_t k = 0; k < c; k++) {
    dgamma.data_ptr<float>()[k] = float(sums[c + k] * invstd[k]);
    if (has_bias) dbeta.data_ptr<float>()[k] = float(sums[k]);
    a[k] = gamma[k] * invstd[k];
    b[k] = float(-double(a[k]) * invstd[k] * invstd[k] * sums[c + k] / rows);
    d[k] = float(-double(a[k]) * sums[k] / rows);
  }
  auto dx = at::empty_like(x);
  auto& from_y = y.defined() ? g : gy;
  blocks(rows, [&](int64_t, int64_t from, int64_t n) {
    run_gradient(
        at_row(data<T>(from_y), from), at_row(data<T>(x), from), y.defined(), n, c, scale, shift, mean, a.data(), b.data(), d.data(),
        at_row(data<T>(dx), from));
  });
  return {dx, g, dgamma, dbeta};
}

template <class T>
at::Tensor forward_of(
    const at::Tensor& x, const at::Tensor& residual, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& mean,
    const at::Tensor& var, double eps, at::Tensor* constants) {
  int64_t c = x.size(1), rows = x.numel() / c;
  auto s = measure(data<T>(x), rows, c, weight.data_ptr<float>(), data<float>(bias), eps);
  for (int64_t k = 0; k < c; k++) {
    mean.data_ptr<float>()[k] = s.mean[k];
    var.data_ptr<float>()[k] = float(s.unbiased[k]);
  }
  auto y = at::empty_like(x);
  blocks(rows, [&](int64_t, int64_t from, int64_t n) {
    auto* r = data<T>(residual);
    run_forward(data<T>(x) + from * c, r ? r + from * c : r, n, c, s.scale.data(), s.shift.data(), data<T>(y) + from * c);
  });
  *constants = at::cat({floats(s.mean), floats(s.invstd), floats(s.scale), floats(s.shift)});
  return y;
}

using Maybe = kt::Optional<at::Tensor>;  // an undefined tensor as an argument is an error

struct NormRelu : torch::autograd::Function<NormRelu> {
  static at::Tensor forward(
      torch::autograd::AutogradContext* context, at::Tensor x, Maybe maybe_residual, at::Tensor weight, Maybe maybe_bias, at::Tensor mean,
      at::Tensor var, double eps) {
    auto residual = maybe_residual ? *maybe_residual : at::Tensor(), bias = maybe_bias ? *maybe_bias : at::Tensor();
    at::Tensor constants;
    auto run = x.is_cuda() ? kt::gpu_norm_relu : x.scalar_type() == at::kFloat ? forward_of<float> : forward_of<Bits>;
    auto y = run(x, residual, weight, bias, mean, var, eps, &constants);
    context->save_for_backward({x, residual.defined() ? y : at::Tensor(), weight, constants});
    context->saved_data["bias"] = bias.defined();
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients) {
    auto saved = context->get_saved_variables();
    auto& x = saved[0];
    auto run = x.is_cuda() ? kt::gpu_norm_relu_backward : x.scalar_type() == at::kFloat ? backward_of<float> : backward_of<Bits>;
    auto made = run(like(gradients[0].to(x.scalar_type()), x), x, saved[1], saved[2], saved[3], context->saved_data["bias"].toBool());
    return {made[0], made[1], made[2], made[3], at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

API Handle kt_norm_relu(Handle x, Handle residual, Handle weight, Handle bias, Handle mean, Handle var, double eps) {
  return kt::tensor([&] {
    auto r = kt::maybe(residual);
    if ((fits(*x) || kt::gpu_norm_fits(*x)) && (!r.defined() || (r.sizes() == x->sizes() && r.scalar_type() == x->scalar_type())))
      return NormRelu::apply(
          *x, r.defined() ? Maybe(like(r, *x)) : Maybe(), *weight, bias ? Maybe(*bias) : Maybe(), *mean, *var, eps);
    auto y = at::batch_norm(*x, *weight, kt::maybe(bias), *mean, *var, true, 1, eps, true);
    return (r.defined() ? y.add_(r) : y).relu_();
  });
}
