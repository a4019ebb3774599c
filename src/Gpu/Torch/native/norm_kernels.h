// CUDA source, which norm_cuda.cpp has NVRTC compile for the GPU at hand, with BF16 0 or 1. Memory is read and written 16 bytes at a
// time. A thread keeps to its pack of channels and walks down the rows, so a sum's order depends on the shape alone.
#pragma once

namespace kt {

constexpr const char* norm_kernels = R"(
#if BF16
#define VEC 8
struct Pack { float v[VEC]; };
__device__ __forceinline__ unsigned rounded(float x) {  // to the nearest, ties to even; NaN stays one
  unsigned bits = __float_as_uint(x);
  return x != x ? 0x7fc0u : (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
}
__device__ __forceinline__ Pack load(const void* x, long at) {
  uint4 u = ((const uint4*)x)[at];
  unsigned w[4] = {u.x, u.y, u.z, u.w};
  Pack p;
#pragma unroll
  for (int i = 0; i < 4; i++) {
    p.v[2 * i] = __uint_as_float(w[i] << 16);
    p.v[2 * i + 1] = __uint_as_float(w[i] & 0xffff0000u);
  }
  return p;
}
__device__ __forceinline__ void store(const Pack& p, void* to, long at) {
  unsigned w[4];
#pragma unroll
  for (int i = 0; i < 4; i++) w[i] = rounded(p.v[2 * i]) | (rounded(p.v[2 * i + 1]) << 16);
  ((uint4*)to)[at] = make_uint4(w[0], w[1], w[2], w[3]);
}
#else
#define VEC 4
struct Pack { float v[VEC]; };
__device__ __forceinline__ Pack load(const void* x, long at) {
  float4 f = ((const float4*)x)[at];
  return Pack{{f.x, f.y, f.z, f.w}};
}
__device__ __forceinline__ void store(const Pack& p, void* to, long at) {
  ((float4*)to)[at] = make_float4(p.v[0], p.v[1], p.v[2], p.v[3]);
}
#endif
#define EACH(i) _Pragma("unroll") for (int i = 0; i < VEC; i++)

__device__ __forceinline__ Pack channels(const float* values) {
  Pack p;
  EACH(i) p.v[i] = values[threadIdx.x % PACKS * VEC + i];
  return p;
}

// This thread's packs: of the first row, the step to the next, and the end.
#define ROWS(at, unrolled)                                                     \
  long stride = (long)gridDim.x * blockDim.x, end = rows * PACKS;              \
  _Pragma(unrolled) for (long at = (long)blockIdx.x * blockDim.x + threadIdx.x; at < end; at += stride)

// partial[block][0 and 1][channel] = the block's sums of s and q.
__device__ __forceinline__ void sum_up(const Pack& s, const Pack& q, float* partial) {
  extern __shared__ float shared[];  // [2][lanes][C]
  const int C = PACKS * VEC, lanes = blockDim.x / PACKS;
  float* mine = shared + (threadIdx.x / PACKS) * C + threadIdx.x % PACKS * VEC;
  EACH(i) {
    mine[i] = s.v[i];
    mine[lanes * C + i] = q.v[i];
  }
  __syncthreads();
  for (int i = threadIdx.x; i < 2 * C; i += blockDim.x) {
    const float* from = shared + i / C * lanes * C + i % C;
    float sum = 0;
    for (int lane = 0; lane < lanes; lane++) sum += from[lane * C];
    partial[(long)blockIdx.x * 2 * C + i] = sum;
  }
}

// The sums over all blocks of one channel, at threads (x, 0); blocks of (32, 32).
__device__ __forceinline__ bool total(const float* partial, int blocks, int* channel, double* s, double* q) {
  __shared__ double part[2][32][33];
  const int C = PACKS * VEC, k = blockIdx.x * 32 + threadIdx.x;
  double a = 0, b = 0;
  if (k < C)
#pragma unroll 8
    for (int n = threadIdx.y; n < blocks; n += 32) {
      a += partial[(long)n * 2 * C + k];
      b += partial[(long)n * 2 * C + C + k];
    }
  part[0][threadIdx.y][threadIdx.x] = a;
  part[1][threadIdx.y][threadIdx.x] = b;
  __syncthreads();
  if (threadIdx.y != 0 || k >= C) return false;
  *channel = k, *s = 0, *q = 0;
  for (int y = 0; y < 32; y++) *s += part[0][y][threadIdx.x], *q += part[1][y][threadIdx.x];
  return true;
}

// Sums of x - pivot and its square; the pivot is the first row.
extern "C" __global__ void moments(const void* __restrict__ x, long rows, float* __restrict__ partial) {
  Pack s = {}, q = {}, pivot = load(x, threadIdx.x % PACKS);
  ROWS(at, "unroll 4") {
    Pack p = load(x, at);
    EACH(i) {
      float d = p.v[i] - pivot.v[i];
      s.v[i] += d;
      q.v[i] += d * d;
    }
  }
  sum_up(s, q, partial);
}

extern "C" __global__ void statistics(
    const void* x, long rows, const float* partial, int blocks, const float* weight, const float* bias, double eps, float* mean,
    float* var, float* constants) {
  const int C = PACKS * VEC;
  int k;
  double s, q;
  if (!total(partial, blocks, &k, &s, &q)) return;
  Pack pivot = load(x, k / VEC);
  double shift = s / rows, square = q - s * shift;
  if (square < 0) square = 0;
  float m = (float)(pivot.v[k % VEC] + shift), inverse = (float)(1 / sqrt(square / rows + eps)), scale = weight[k] * inverse;
  mean[k] = m;
  var[k] = (float)(square / (rows - 1));
  constants[k] = m;
  constants[C + k] = inverse;
  constants[2 * C + k] = scale;
  constants[3 * C + k] = (bias ? bias[k] : 0) - m * scale;
}

// y = max(0, x*scale + shift + residual); NaN stays.
extern "C" __global__ void forward(
    const void* __restrict__ x, const void* __restrict__ residual, long rows, const float* __restrict__ constants, void* __restrict__ y) {
  Pack scale = channels(constants + 2 * PACKS * VEC), shift = channels(constants + 3 * PACKS * VEC);
  ROWS(at, "unroll 2") {
    Pack p = load(x, at);
    EACH(i) p.v[i] = p.v[i] * scale.v[i] + shift.v[i];
    if (residual) {
      Pack r = load(residual, at);
      EACH(i) p.v[i] += r.v[i];
    }
    EACH(i) p.v[i] = p.v[i] < 0 ? 0 : p.v[i];
    store(p, y, at);
  }
}

// g = gy where the output was positive. Sums of g and of g*(x - mean). With a residual, g is its gradient, and written.
extern "C" __global__ void gradient_sums(
    const void* __restrict__ gy, const void* __restrict__ x, const void* __restrict__ y, long rows, const float* __restrict__ constants,
    float* __restrict__ partial, void* __restrict__ g) {
  const int C = PACKS * VEC;
  Pack s = {}, q = {}, mean = channels(constants), scale = channels(constants + 2 * C), shift = channels(constants + 3 * C);
  ROWS(at, "unroll 2") {
    Pack p = load(x, at), d = load(gy, at), out;
    if (y) out = load(y, at);
    EACH(i) {
      float positive = y ? out.v[i] : p.v[i] * scale.v[i] + shift.v[i];
      d.v[i] = positive > 0 ? d.v[i] : 0;
      s.v[i] += d.v[i];
      q.v[i] += d.v[i] * (p.v[i] - mean.v[i]);
    }
    if (g) store(d, g, at);
  }
  sum_up(s, q, partial);
}

// Gradients of weight and bias, and the factors [3c] of dx.
extern "C" __global__ void gradient_factors(
    long rows, const float* partial, int blocks, const float* weight, const float* constants, float* dweight, float* dbias,
    float* factors) {
  const int C = PACKS * VEC;
  int k;
  double s, q;
  if (!total(partial, blocks, &k, &s, &q)) return;
  double inverse = constants[C + k];
  float a = weight[k] * constants[C + k];
  dweight[k] = (float)(q * inverse);
  if (dbias) dbias[k] = (float)s;
  factors[k] = a;
  factors[C + k] = (float)(-(double)a * inverse * inverse * q / rows);
  factors[2 * C + k] = (float)(-(double)a * s / rows);
}

// dx = g*a + (x - mean)*b + d; g is gy where masked already.
extern "C" __global__ void gradient(
    const void* __restrict__ gy, const void* __restrict__ x, int masked, long rows, const float* __restrict__ constants,
    const float* __restrict__ factors, void* __restrict__ dx) {
  const int C = PACKS * VEC;
  Pack mean = channels(constants), scale = channels(constants + 2 * C), shift = channels(constants + 3 * C);
  Pack a = channels(factors), b = channels(factors + C), d = channels(factors + 2 * C);
  ROWS(at, "unroll 2") {
    Pack p = load(x, at), g = load(gy, at);
    EACH(i) {
      float v = masked || p.v[i] * scale.v[i] + shift.v[i] > 0 ? g.v[i] : 0;
      p.v[i] = v * a.v[i] + (p.v[i] - mean.v[i]) * b.v[i] + d.v[i];
    }
    store(p, dx, at);
  }
}
)";

}  // namespace kt
