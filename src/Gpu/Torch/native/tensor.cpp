// Lifetime, errors, creation, properties and raw memory.
#include "shim.h"
#include <atomic>
#include <cstring>
#include <string>

namespace {
std::atomic<int64_t> live{0};
thread_local std::string last_error;
}  // namespace

namespace kt {

Handle wrap(at::Tensor tensor) {
  auto handle = new at::Tensor(std::move(tensor));
  live.fetch_add(1, std::memory_order_relaxed);
  return handle;
}

/// The first line: libtorch appends a C++ backtrace, or the list of all backends.
static void keep(const char* text) { last_error.assign(text, std::strcspn(text, "\n")); }

void fail() noexcept try {
  throw;
} catch (const c10::Error& error) {
  keep(error.what_without_backtrace());
} catch (const std::exception& error) {
  keep(error.what());
} catch (...) {
  keep("an exception that is no std::exception");
}

}  // namespace kt

API const char* kt_error() { return last_error.c_str(); }
API int64_t kt_live() { return live.load(std::memory_order_relaxed); }
API void kt_free(Handle x) {
  delete x;
  live.fetch_sub(1, std::memory_order_relaxed);
}

API Handle kt_empty(const int64_t* size, int64_t n, int dtype, int device, int index) {
  return kt::tensor([&] { return at::empty(kt::dims(size, n), kt::options(dtype, device, index)); });
}
API Handle kt_empty_pinned(const int64_t* size, int64_t n, int dtype) {
  return kt::tensor([&] { return at::empty(kt::dims(size, n), kt::options(dtype, 0, -1).pinned_memory(true)); });
}
API Handle kt_full(const int64_t* size, int64_t n, kt::Scalar value, int dtype, int device, int index) {
  return kt::tensor([&] { return at::full(kt::dims(size, n), value.get(), kt::options(dtype, device, index)); });
}
API Handle kt_zeros(const int64_t* size, int64_t n, int dtype, int device, int index) {
  return kt::tensor([&] { return at::zeros(kt::dims(size, n), kt::options(dtype, device, index)); });
}
API Handle kt_arange(kt::Scalar start, kt::Scalar stop, kt::Scalar step, int dtype, int device, int index) {
  return kt::tensor([&] { return at::arange(start.get(), stop.get(), step.get(), kt::options(dtype, device, index)); });
}
API Handle kt_eye(int64_t rows, int64_t columns, int dtype, int device, int index) {
  return kt::tensor([&] { return at::eye(rows, columns, kt::options(dtype, device, index)); });
}
API Handle kt_rand(const int64_t* size, int64_t n, int dtype, int device, int index) {
  return kt::tensor([&] { return at::rand(kt::dims(size, n), kt::options(dtype, device, index)); });
}
API Handle kt_randn(const int64_t* size, int64_t n, int dtype, int device, int index) {
  return kt::tensor([&] { return at::randn(kt::dims(size, n), kt::options(dtype, device, index)); });
}
API Handle kt_randint(int64_t low, int64_t high, const int64_t* size, int64_t n, int dtype, int device, int index) {
  return kt::tensor([&] { return at::randint(low, high, kt::dims(size, n), kt::options(dtype, device, index)); });
}
API int kt_manual_seed(int64_t seed) {
  return kt::status([&] { at::manual_seed(seed); });
}

/// dtype -1 and device -1 keep those of x.
static at::TensorOptions like(Handle x, int dtype, int device, int index) {
  auto made = x->options();
  if (dtype >= 0) made = made.dtype(static_cast<at::ScalarType>(dtype));
  return device >= 0 ? made.device(kt::device(device, index)) : made;
}
API Handle kt_zeros_like(Handle x, int dtype, int device, int index) {
  return kt::tensor([&] { return at::zeros_like(*x, like(x, dtype, device, index)); });
}
API Handle kt_full_like(Handle x, kt::Scalar value, int dtype, int device, int index) {
  return kt::tensor([&] { return at::full_like(*x, value.get(), like(x, dtype, device, index)); });
}

/// A new CPU tensor with a copy of the memory.
API Handle kt_from_memory(const void* data, const int64_t* size, int64_t n, int dtype) {
  return kt::tensor([&] {
    auto made = at::empty(kt::dims(size, n), kt::options(dtype, 0, -1));
    if (made.nbytes() > 0) std::memcpy(made.data_ptr(), data, made.nbytes());
    return made;
  });
}

/// A CPU tensor over memory that goes back by release(data, bytes) when the last tensor over it is gone.
API Handle kt_from_blob(void* data, int64_t bytes, const int64_t* size, int64_t n, int dtype, void (*release)(void*, int64_t)) {
  return kt::tensor([&] {
    auto options = kt::options(dtype, 0, -1);
    auto count = static_cast<int64_t>(options.dtype().itemsize());
    for (int64_t i = 0; i < n; i++) count *= size[i];
    TORCH_CHECK(count == bytes, bytes, " bytes don't fill a tensor of ", count);
    return at::from_blob(data, kt::dims(size, n), [=](void* blob) { release(blob, bytes); }, options);
  });
}

API int64_t kt_ndim(Handle x) { return x->dim(); }
API int64_t kt_numel(Handle x) { return x->numel(); }
API int64_t kt_element_size(Handle x) { return x->element_size(); }
API int kt_dtype(Handle x) { return static_cast<int>(x->scalar_type()); }
API int kt_device_type(Handle x) { return static_cast<int>(x->device().type()); }
API int kt_device_index(Handle x) { return x->device().index(); }
API int kt_is_contiguous(Handle x) { return x->is_contiguous(); }
API int kt_requires_grad(Handle x) { return x->requires_grad(); }
API int kt_is_leaf(Handle x) { return x->is_leaf(); }
API void* kt_data(Handle x) { return x->data_ptr(); }
API void kt_sizes(Handle x, int64_t* to) { std::copy(x->sizes().begin(), x->sizes().end(), to); }
API void kt_strides(Handle x, int64_t* to) { std::copy(x->strides().begin(), x->strides().end(), to); }
API int kt_item(Handle x, kt::Scalar* to) {
  return kt::status([&] {
    auto value = x->item();
    to->kind = value.isFloatingPoint() ? 2 : value.isBoolean() ? 3 : 1;
    if (to->kind == 2) to->real = value.toDouble();
    else to->integer = value.toLong();
  });
}

API Handle kt_to(Handle x, int dtype, int device, int index, Flag copy, Flag non_blocking) {
  return kt::tensor([&] { return x->to(like(x, dtype, device, index), non_blocking, copy); });
}
API int kt_is_pinned(Handle x) { return x->is_pinned(); }
API Handle kt_pin_memory(Handle x) {
  return kt::tensor([&] { return x->pin_memory(); });
}
API Handle kt_contiguous(Handle x) {
  return kt::tensor([&] { return x->contiguous(); });
}
API Handle kt_channels_last(Handle x) {
  return kt::tensor([&] { return x->contiguous(at::MemoryFormat::ChannelsLast); });
}
API Handle kt_clone(Handle x) {
  return kt::tensor([&] { return x->clone(); });
}
API Handle kt_detach(Handle x) {
  return kt::tensor([&] { return x->detach(); });
}
API Handle kt_alias(Handle x) {
  return kt::tensor([&] { return x->alias(); });
}
API int kt_copy_(Handle x, Handle source, Flag non_blocking) {
  return kt::status([&] { x->copy_(*source, non_blocking); });
}
API int kt_fill_(Handle x, kt::Scalar value) {
  return kt::status([&] { x->fill_(value.get()); });
}
API int kt_zero_(Handle x) {
  return kt::status([&] { x->zero_(); });
}
