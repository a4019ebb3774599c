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

UNARY(neg) UNARY(exp) UNARY(log) UNARY(sqrt) UNARY(abs)
UNARY(reciprocal) UNARY(round) UNARY(tanh) UNARY(relu)
UNARY(isfinite)
UNARY_(exp) UNARY_(sqrt) UNARY_(relu)

BINARY(mul) BINARY(div) BINARY(floor_divide)
BINARY(eq) BINARY(logical_and)
BINARY_(mul) BINARY_(div)

SCALAR(mul) SCALAR(div) SCALAR(pow)
SCALAR(eq) SCALAR(gt) SCALAR(ge)
SCALAR_(mul) SCALAR_(div)

/// x ± alpha·y
#define ALPHA(name) \
  API Handle kt_##name(Handle x, Handle y, kt::Scalar alpha) { return kt::tensor([&] { return at::name(*x, *y, alpha.get()); }); } \
  API int kt_##name##_(Handle x, Handle y, kt::Scalar alpha) { return kt::status([&] { x->name##_(*y, alpha.get()); }); }
ALPHA(add) ALPHA(sub)

API Handle kt_add_scalar(Handle x, kt::Scalar y) {
  return kt::tensor([&] { return at::add(*x, y.get()); });
}
API int kt_add_scalar_(Handle x, kt::Scalar y) {
  return kt::status([&] { x->add_(y.get()); });
}

/// x + value·a·b
API Handle kt_addcmul(Handle x, Handle a, Handle b, kt::Scalar value) {
  return kt::tensor([&] { return at::addcmul(*x, *a, *b, value.get()); });
}
API int kt_addcmul_(Handle x, Handle a, Handle b, kt::Scalar value) {
  return kt::status([&] { x->addcmul_(*a, *b, value.get()); });
}
/// x + value·a/b
API int kt_addcdiv_(Handle x, Handle a, Handle b, kt::Scalar value) {
  return kt::status([&] { x->addcdiv_(*a, *b, value.get()); });
}

API int kt_clamp_(Handle x, kt::Scalar min, kt::Scalar max) {
  return kt::status([&] { x->clamp_(min.maybe(), max.maybe()); });
}
API int kt_allclose(Handle x, Handle y, double rtol, double atol, Flag equal_nan, int* to) {
  return kt::status([&] { *to = at::allclose(*x, *y, rtol, atol, equal_nan); });
}
/// y − x
API Handle kt_rsub(Handle x, kt::Scalar y) {
  return kt::tensor([&] { return at::rsub(*x, y.get()); });
}
