// A fused parameter update: one pass over memory. Elements are independent, so the bits don't depend on how threads cut the range.
#include "shim.h"
#include <ATen/Parallel.h>
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
#if TORCH_SINCE(2, 4)
  if (!decay && mu > 0) return at::_fused_sgd_({*p}, {*g}, {*m}, wd, mu, lr, 0, nesterov, false, false);
#endif
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
