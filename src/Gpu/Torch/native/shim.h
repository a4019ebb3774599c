// The C ABI over libtorch. A handle owns one at::Tensor; null stands for an undefined tensor (an absent optional) when passed in, and
// for an error when returned. A status is 0, or -1 for an error; kt_error() then has the text. No exception crosses the boundary.
#pragma once
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/version.h>
#include <optional>
#include <vector>

#define API extern "C" __attribute__((visibility("default")))
#define TORCH_SINCE(major, minor) (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

using Handle = at::Tensor*;
using Flag = int32_t;  // 0 or 1

namespace kt {

#if TORCH_SINCE(2, 5)
template <class T> using Optional = std::optional<T>;
#else
template <class T> using Optional = c10::optional<T>;
#endif

/// Kind 0 is "none": an absent bound of clamp, say.
struct Scalar {
  int64_t kind;  // 0 none, 1 integer, 2 floating, 3 boolean
  union { int64_t integer; double real; };
  at::Scalar get() const { return kind == 2 ? at::Scalar(real) : kind == 3 ? at::Scalar(integer != 0) : at::Scalar(integer); }
  Optional<at::Scalar> maybe() const { return kind == 0 ? Optional<at::Scalar>() : Optional<at::Scalar>(get()); }
};

Handle wrap(at::Tensor tensor);
/// Keeps the text of the exception being handled for kt_error().
void fail() noexcept;

template <class F> Handle tensor(F&& make) noexcept {
  try { return wrap(make()); } catch (...) { fail(); return nullptr; }
}

template <class F> int status(F&& act) noexcept {
  try { act(); return 0; } catch (...) { fail(); return -1; }
}

/// Makes two tensors, (values, indices) mostly; both are null after an error.
template <class F> void pair(Handle* first, Handle* second, F&& make) noexcept {
  *first = *second = nullptr;
  status([&] { auto made = make(); *first = wrap(std::get<0>(made)); *second = wrap(std::get<1>(made)); });
}

/// Writes up to capacity handles and returns how many, or -1.
template <class F> int64_t list(Handle* to, int64_t capacity, F&& make) noexcept {
  int64_t count = -1;
  status([&] {
    std::vector<at::Tensor> made = make();
    TORCH_CHECK(static_cast<int64_t>(made.size()) <= capacity, "room for ", capacity, " tensors, but there are ", made.size());
    for (size_t i = 0; i < made.size(); i++) to[i] = wrap(made[i]);
    count = made.size();
  });
  return count;
}

inline at::Tensor maybe(Handle x) { return x ? *x : at::Tensor(); }
inline at::IntArrayRef dims(const int64_t* values, int64_t count) { return at::IntArrayRef(values, count); }
inline Optional<at::ScalarType> type(int dtype) {
  return dtype < 0 ? Optional<at::ScalarType>() : Optional<at::ScalarType>(static_cast<at::ScalarType>(dtype));
}
inline at::Device device(int kind, int index) {
  return at::Device(static_cast<at::DeviceType>(kind), static_cast<at::DeviceIndex>(index));
}
inline at::TensorOptions options(int dtype, int kind, int index) {
  auto made = at::TensorOptions().device(device(kind, index));
  return dtype < 0 ? made : made.dtype(static_cast<at::ScalarType>(dtype));
}
inline std::vector<at::Tensor> tensors(const Handle* handles, int64_t count) {
  std::vector<at::Tensor> made;
  made.reserve(count);
  for (int64_t i = 0; i < count; i++) made.push_back(maybe(handles[i]));
  return made;
}

}  // namespace kt
