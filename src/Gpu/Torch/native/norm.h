// relu(batch_norm(x) + residual) over rows of channels, [n, h, w, c] or [n, c], and its gradient: the GPU's part of norm.cpp.
#pragma once
#include "shim.h"

namespace kt {

/// Whether the GPU's kernels take x, and can be compiled here.
bool gpu_norm_fits(const at::Tensor& x);

/// mean and var become the batch's; constants [4c]: mean, 1/deviation, scale, shift.
at::Tensor gpu_norm_relu(
    const at::Tensor& x, const at::Tensor& residual, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& mean,
    const at::Tensor& var, double eps, at::Tensor* constants);

/// Gradients of x, the residual, the weight and the bias. y is undefined where there was no residual.
std::vector<at::Tensor> gpu_norm_relu_backward(
    const at::Tensor& gy, const at::Tensor& x, const at::Tensor& y, const at::Tensor& weight, const at::Tensor& constants, bool has_bias);

}  // namespace kt
