// Threads, autocast, determinism, and what this libtorch was built with.
#include "shim.h"
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/autocast_mode.h>
#include <string>

API const char* kt_version() { return TORCH_VERSION; }
API const char* kt_summary() {
  static thread_local std::string text;
  kt::status([] { text = at::show_config() + at::get_parallel_info(); });
  return text.c_str();
}

API int kt_threads() { return at::get_num_threads(); }
/// A thread's first parallel operation takes over the number that any thread set last, unless the thread was seen before: so ask first.
API int kt_set_threads(int threads) {
  // Setting it, also to what it is, makes oneDNN forget every primitive that it has built: a tenth of a small step.
  thread_local int set = -1;
  return kt::status([&] {
    if (set == threads) return;
    at::get_num_threads();
    at::set_num_threads(threads);
    set = threads;
  });
}
API int kt_set_interop_threads(int threads) {
  return kt::status([&] { at::set_num_interop_threads(threads); });
}
API int kt_set_deterministic(Flag on) {
  return kt::status([&] {
    at::globalContext().setDeterministicAlgorithms(on, false);
    at::globalContext().setDeterministicCuDNN(on);
    at::globalContext().setBenchmarkCuDNN(!on);
  });
}

static bool exchange_autocast(at::DeviceType device, bool enabled) {
#if TORCH_SINCE(2, 4)
  bool before = at::autocast::is_autocast_enabled(device);
  at::autocast::set_autocast_dtype(device, at::kBFloat16);
  at::autocast::set_autocast_enabled(device, enabled);
#else
  bool cuda = device == at::kCUDA;
  bool before = cuda ? at::autocast::is_enabled() : at::autocast::is_cpu_enabled();
  if (cuda) {
    at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
    at::autocast::set_enabled(enabled);
  } else {
    at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
    at::autocast::set_cpu_enabled(enabled);
  }
#endif
  return before;
}
/// Returns whether it was enabled before, or -1.
API int kt_autocast_begin(int device, Flag enabled) {
  int before = -1;
  kt::status([&] {
    before = exchange_autocast(static_cast<at::DeviceType>(device), enabled);
    at::autocast::increment_nesting();
  });
  return before;
}
/// The cache of bf16 weights goes with the outermost scope, so that the next one sees updated weights.
API int kt_autocast_end(int device, Flag before) {
  return kt::status([&] {
    exchange_autocast(static_cast<at::DeviceType>(device), before);
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  });
}
