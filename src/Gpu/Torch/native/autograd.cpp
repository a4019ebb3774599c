// Gradients. Grad mode belongs to the calling thread.
#include "shim.h"
#include <torch/csrc/autograd/autograd.h>

API int kt_set_requires_grad(Handle x, Flag requires_grad) {
  return kt::status([&] { x->requires_grad_(requires_grad); });
}
/// Null, and no error text, where there is no gradient.
API int kt_grad(Handle x, Handle* to) {
  *to = nullptr;
  return kt::status([&] {
    if (x->grad().defined()) *to = kt::wrap(x->grad());
  });
}
API int kt_set_grad(Handle x, Handle gradient) {
  return kt::status([&] { x->mutable_grad() = kt::maybe(gradient); });
}
API int kt_backward(
    const Handle* roots, int64_t n, const Handle* gradients, int64_t m, int retain, Flag create, const Handle* inputs, int64_t k) {
  return kt::status([&] {
    auto keep = retain < 0 ? kt::Optional<bool>() : kt::Optional<bool>(retain != 0);
    torch::autograd::backward(kt::tensors(roots, n), kt::tensors(gradients, m), keep, create, kt::tensors(inputs, k));
  });
}
API int64_t kt_autograd_grad(
    const Handle* outputs, int64_t n, const Handle* inputs, int64_t k, const Handle* gradients, int64_t m, Flag retain, Flag create,
    Flag allow_unused, Handle* to) {
  return kt::status([&] {
    auto made = torch::autograd::grad(
        kt::tensors(outputs, n), kt::tensors(inputs, k), kt::tensors(gradients, m), retain, create, allow_unused);
    for (size_t i = 0; i < made.size(); i++) to[i] = made[i].defined() ? kt::wrap(made[i]) : nullptr;
  });
}
API int kt_grad_enabled() { return at::GradMode::is_enabled(); }
API void kt_set_grad_enabled(Flag enabled) { at::GradMode::set_enabled(enabled); }
