// Fused parameter updates: one pass over memory. Elements are independent, so the bits don't depend on how threads cut the range.
#include "shim.h"
#include <ATen/Parallel.h>
#include <cmath>
#include <initializer_list>

static constexpr int64_t kGrain = 32768;  // elements a thread takes at least

static void check_flat(std::initializer_list<Handle> tensors) {
  auto first = *tensors.begin();
  for (auto x : tensors)
    TORCH_CHECK(
        !x || (x->scalar_type() == at::kFloat && x->is_contiguous() && x->numel() == first->numel() && x->device() == first->device()),
        "a fused update takes contiguous float32 tensors of one size on one device");
}

static float* memory(Handle x) { return x ? x->data_ptr<float>() : nullptr; }

static void sgd_on_device(Handle p, Handle g, Handle m, Handle decay, float lr, float mu, float wd, bool nesterov) {
  auto step = decay ? at::addcmul(*g, *decay, *p, wd) : at::add(*g, *p, wd);
  m->mul_(mu).add_(step);
  p->sub_(nesterov ? step.add_(*m, mu) : *m, lr);
}

API int kt_sgd_(Handle p, Handle g, Handle m, Handle decay, float lr, float mu, float wd, Flag nesterov) {
  return kt::status([&] {
    check_flat({p, g, m, decay});
    at::NoGradGuard guard;
    if (!p->is_cpu()) return sgd_on_device(p, g, m, decay, lr, mu, wd, nesterov);
    float *pp = memory(p), *mm = memory(m);
    const float *gg = memory(g), *dd = memory(decay);
    at::parallel_for(0, p->numel(), kGrain, [=](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) {
        float step = gg[i] + (dd ? wd * dd[i] : wd) * pp[i];
        mm[i] = mu * mm[i] + step;
        pp[i] -= lr * (nesterov ? step + mu * mm[i] : mm[i]);
      }
    });
  });
}

static void adamw_on_device(
    Handle p, Handle g, Handle m, Handle v, Handle decay, float lr, float b1, float b2, float eps, float wd, float c1, float c2) {
  if (decay) p->sub_(*decay * *p, lr * wd);
  else p->mul_(1 - lr * wd);
  m->mul_(b1).add_(*g, 1 - b1);
  v->mul_(b2).addcmul_(*g, *g, 1 - b2);
  p->addcdiv_(*m, v->div(c2).sqrt_().add_(eps), -lr / c1);
}

/// c1 = 1 − b1ᵗ and c2 = 1 − b2ᵗ correct the bias of the means at step t.
API int kt_adamw_(
    Handle p, Handle g, Handle m, Handle v, Handle decay, float lr, float b1, float b2, float eps, float wd, float c1, float c2) {
  return kt::status([&] {
    check_flat({p, g, m, v, decay});
    at::NoGradGuard guard;
    if (!p->is_cpu()) return adamw_on_device(p, g, m, v, decay, lr, b1, b2, eps, wd, c1, c2);
    float *pp = memory(p), *mm = memory(m), *vv = memory(v);
    const float *gg = memory(g), *dd = memory(decay);
    at::parallel_for(0, p->numel(), kGrain, [=](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) {
        pp[i] -= lr * (dd ? wd * dd[i] : wd) * pp[i];
        mm[i] = b1 * mm[i] + (1 - b1) * gg[i];
        vv[i] = b2 * vv[i] + (1 - b2) * gg[i] * gg[i];
        pp[i] -= lr / c1 * mm[i] / (std::sqrt(vv[i] / c2) + eps);
      }
    });
  });
}
