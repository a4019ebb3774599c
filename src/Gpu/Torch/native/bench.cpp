// The yardstick of bench/TorchCalls.cs: the same calls with no boundary between them.
#include "shim.h"

/// n calls of x += 1.
API int kt_loop_add_(Handle x, int64_t n) {
  return kt::status([&] {
    for (int64_t i = 0; i < n; i++) x->add_(1);
  });
}
/// n calls of x + 1, each result freed at once.
API int kt_loop_add(Handle x, int64_t n) {
  return kt::status([&] {
    for (int64_t i = 0; i < n; i++) at::add(*x, 1);
  });
}
