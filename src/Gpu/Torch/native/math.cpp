// Element by element: arithmetic, functions, comparisons. A name that ends in _ works in place.
#include "shim.h"

#define UNARY(name) \
  API Handle kt_##name(Handle x) { return kt::tensor([&] { return at::name(*x); }); }
#define UNARY_(name) \
  API int kt_##name##_(Handle x) { return kt::status([&] { x->name##_(); }); }
#define BINARY(name) \
  API Handle kt_##name(Handle x, Handle y) { return kt::tensor([&] { return at::name(*x, *y); }); }
#define BINARY_(name) \
  API int kt_##name##_(Handle x, Handle y) { return kt::status([&] { x->name##_(*y); }); }
#define SCALAR(name) \
  API Handle kt_##name##_scalar(Handle x, kt::Scalar y) { return kt::tensor([&] { return at::name(*x, y.get()); }); }
#define SCALAR_(name) \
  API int kt_##name##_scalar_(Handle x, kt::Scalar y) { return kt::status([&] { x->name##_(y.get()); }); }

UNARY(neg) UNARY(exp) UNARY(log) UNARY(log1p) UNARY(expm1) UNARY(sqrt) UNARY(rsqrt) UNARY(sin) UNARY(cos) UNARY(abs) UNARY(sign)
UNARY(reciprocal) UNARY(floor) UNARY(ceil) UNARY(round) UNARY(tanh) UNARY(sigmoid) UNARY(relu) UNARY(logical_not) UNARY(isnan)
UNARY(isfinite) UNARY(erf) UNARY(erfinv) UNARY(square)
UNARY_(neg) UNARY_(exp) UNARY_(log) UNARY_(sqrt) UNARY_(rsqrt) UNARY_(abs) UNARY_(relu)

BINARY(mul) BINARY(div) BINARY(pow) BINARY(maximum) BINARY(minimum) BINARY(remainder) BINARY(atan2) BINARY(floor_divide)
BINARY(eq) BINARY(ne) BINARY(lt) BINARY(le) BINARY(gt) BINARY(ge) BINARY(logical_and) BINARY(logical_or) BINARY(logical_xor)
BINARY_(mul) BINARY_(div)

SCALAR(mul) SCALAR(div) SCALAR(pow) SCALAR(remainder)
SCALAR(eq) SCALAR(ne) SCALAR(lt) SCALAR(le) SCALAR(gt) SCALAR(ge)
SCALAR_(mul) SCALAR_(div) SCALAR_(pow)

/// x ± alpha·y
#define ALPHA(name) \
  API Handle kt_##name(Handle x, Handle y, kt::Scalar alpha) { return kt::tensor([&] { return at::name(*x, *y, alpha.get()); }); } \
  API int kt_##name##_(Handle x, Handle y, kt::Scalar alpha) { return kt::status([&] { x->name##_(*y, alpha.get()); }); } \
  API Handle kt_##name##_scalar(Handle x, kt::Scalar y, kt::Scalar alpha) { \
    return kt::tensor([&] { return at::name(*x, y.get(), alpha.get()); }); \
  } \
  API int kt_##name##_scalar_(Handle x, kt::Scalar y, kt::Scalar alpha) { \
    return kt::status([&] { x->name##_(y.get(), alpha.get()); }); \
  }
ALPHA(add)
ALPHA(sub)

/// x + value·a·b and x + value·a/b
#define ADDED(name) \
  API Handle kt_##name(Handle x, Handle a, Handle b, kt::Scalar value) { \
    return kt::tensor([&] { return at::name(*x, *a, *b, value.get()); }); \
  } \
  API int kt_##name##_(Handle x, Handle a, Handle b, kt::Scalar value) { \
    return kt::status([&] { x->name##_(*a, *b, value.get()); }); \
  }
ADDED(addcmul)
ADDED(addcdiv)

API Handle kt_lerp(Handle x, Handle end, Handle weight) {
  return kt::tensor([&] { return at::lerp(*x, *end, *weight); });
}
API int kt_lerp_(Handle x, Handle end, Handle weight) {
  return kt::status([&] { x->lerp_(*end, *weight); });
}
API int kt_lerp_scalar_(Handle x, Handle end, double weight) {
  return kt::status([&] { x->lerp_(*end, weight); });
}
API Handle kt_clamp(Handle x, kt::Scalar min, kt::Scalar max) {
  return kt::tensor([&] { return at::clamp(*x, min.maybe(), max.maybe()); });
}
API int kt_clamp_(Handle x, kt::Scalar min, kt::Scalar max) {
  return kt::status([&] { x->clamp_(min.maybe(), max.maybe()); });
}
API Handle kt_clamp_tensor(Handle x, Handle min, Handle max) {
  return kt::tensor([&] {
    kt::Optional<at::Tensor> low, high;
    if (min) low = *min;
    if (max) high = *max;
    return at::clamp(*x, low, high);
  });
}
API int kt_allclose(Handle x, Handle y, double rtol, double atol, Flag equal_nan, int* to) {
  return kt::status([&] { *to = at::allclose(*x, *y, rtol, atol, equal_nan); });
}
API int kt_equal(Handle x, Handle y, int* to) {
  return kt::status([&] { *to = at::equal(*x, *y); });
}
/// y − x
API Handle kt_rsub(Handle x, kt::Scalar y) {
  return kt::tensor([&] { return at::rsub(*x, y.get()); });
}
