// Fused parameter updates: one pass over memory. Elements are independent, so the bits don't depend on how threads cut the range.
#include "shim.h"
#include <ATen/Parallel.h>

static void check_flat(Handle x, int64_t n) {
  TORCH_CHECK(x->scalar_type() == at::kFloat && x->is_contiguous() && x->numel() == n, "fused updates take flat fp32 tensors of one length");
}

/// g ← g + wd·p; m ← mu·m + g; p ← p − lr·(nesterov ? g + mu·m : m), with wd given for every element, or 0 elements for none.
API int kt_sgd_(Handle p, Handle g, Handle m, Handle decay, float lr, float mu, float wd, Flag nesterov) {
  return kt::status([&] {
    int64_t n = p->numel();
    for (auto x : {p, g, m}) check_flat(x, n);
    if (decay) check_flat(decay, n);
    if (!p->is_cpu()) {
      auto step = decay ? at::addcmul(*g, *decay, *p, wd) : at::add(*g, *p, wd);
      m->mul_(mu).add_(step);
      if (nesterov) step.add_(*m, mu);
      p->sub_(nesterov ? step : *m, lr);
      return;
    }
    float *pp = p->data_ptr<float>(), *mm = m->data_ptr<float>();
    const float *gg = g->data_ptr<float>(), *dd = decay ? decay->data_ptr<float>() : nullptr;
    at::parallel_for(0, n, 32768, [=](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) {
        float step = gg[i] + wd * (dd ? dd[i] : 1.0f) * pp[i];
        mm[i] = mu * mm[i] + step;
        pp[i] -= lr * (nesterov ? step + mu * mm[i] : mm[i]);
      }
    });
  });
}
