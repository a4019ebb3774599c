// Products, reductions, sorting. Dimensions: none given reduces all of them.
#include "shim.h"

#define PRODUCT(name) \
  API Handle kt_##name(Handle x, Handle y) { return kt::tensor([&] { return at::name(*x, *y); }); }
PRODUCT(matmul) PRODUCT(mm) PRODUCT(bmm) PRODUCT(mv) PRODUCT(dot) PRODUCT(outer)

API Handle kt_addmm(Handle x, Handle a, Handle b, float beta, float alpha) {
  return kt::tensor([&] { return at::addmm(*x, *a, *b, beta, alpha); });
}
API int kt_addmm_(Handle x, Handle a, Handle b, float beta, float alpha) {
  return kt::status([&] { x->addmm_(*a, *b, beta, alpha); });
}
API Handle kt_einsum(const char* equation, const Handle* handles, int64_t n) {
  return kt::tensor([&] { return at::einsum(equation, kt::tensors(handles, n)); });
}
API Handle kt_svdvals(Handle x) {
  return kt::tensor([&] { return at::linalg_svdvals(*x); });
}

API Handle kt_sum(Handle x, const int64_t* dim, int64_t n, Flag keep, int dtype) {
  return kt::tensor([&] { return at::sum(*x, kt::dims(dim, n), keep, kt::type(dtype)); });
}
API Handle kt_mean(Handle x, const int64_t* dim, int64_t n, Flag keep, int dtype) {
  return kt::tensor([&] { return at::mean(*x, kt::dims(dim, n), keep, kt::type(dtype)); });
}
API Handle kt_amax(Handle x, const int64_t* dim, int64_t n, Flag keep) {
  return kt::tensor([&] { return at::amax(*x, kt::dims(dim, n), keep); });
}
API Handle kt_amin(Handle x, const int64_t* dim, int64_t n, Flag keep) {
  return kt::tensor([&] { return at::amin(*x, kt::dims(dim, n), keep); });
}
API Handle kt_var(Handle x, const int64_t* dim, int64_t n, Flag unbiased, Flag keep) {
  return kt::tensor([&] { return at::var(*x, at::OptionalIntArrayRef(kt::dims(dim, n)), unbiased, keep); });
}
API Handle kt_std(Handle x, const int64_t* dim, int64_t n, Flag unbiased, Flag keep) {
  return kt::tensor([&] { return at::std(*x, at::OptionalIntArrayRef(kt::dims(dim, n)), unbiased, keep); });
}
API void kt_var_mean(Handle x, const int64_t* dim, int64_t n, Flag unbiased, Flag keep, Handle* var, Handle* mean) {
  kt::pair(var, mean, [&] { return at::var_mean(*x, at::OptionalIntArrayRef(kt::dims(dim, n)), unbiased, keep); });
}
API Handle kt_norm(Handle x, double p, const int64_t* dim, int64_t n, Flag keep) {
  return kt::tensor([&] { return at::norm(*x, at::Scalar(p), kt::dims(dim, n), keep); });
}
API Handle kt_logsumexp(Handle x, const int64_t* dim, int64_t n, Flag keep) {
  return kt::tensor([&] { return at::logsumexp(*x, kt::dims(dim, n), keep); });
}
API Handle kt_softmax(Handle x, int64_t dim, int dtype) {
  return kt::tensor([&] { return at::softmax(*x, dim, kt::type(dtype)); });
}
API Handle kt_log_softmax(Handle x, int64_t dim, int dtype) {
  return kt::tensor([&] { return at::log_softmax(*x, dim, kt::type(dtype)); });
}
API Handle kt_cumsum(Handle x, int64_t dim, int dtype) {
  return kt::tensor([&] { return at::cumsum(*x, dim, kt::type(dtype)); });
}

#define WHOLE(name) \
  API Handle kt_##name(Handle x) { return kt::tensor([&] { return at::name(*x); }); }
WHOLE(max) WHOLE(min) WHOLE(argmax) WHOLE(argmin) WHOLE(all) WHOLE(any) WHOLE(median)

#define ALONG(name) \
  API Handle kt_##name##_dim(Handle x, int64_t dim, Flag keep) { return kt::tensor([&] { return at::name(*x, dim, keep); }); }
ALONG(argmax) ALONG(argmin) ALONG(all) ALONG(any)

API void kt_max_dim(Handle x, int64_t dim, Flag keep, Handle* values, Handle* indices) {
  kt::pair(values, indices, [&] { return at::max(*x, dim, keep); });
}
API void kt_min_dim(Handle x, int64_t dim, Flag keep, Handle* values, Handle* indices) {
  kt::pair(values, indices, [&] { return at::min(*x, dim, keep); });
}
API void kt_topk(Handle x, int64_t k, int64_t dim, Flag largest, Flag sorted, Handle* values, Handle* indices) {
  kt::pair(values, indices, [&] { return at::topk(*x, k, dim, largest, sorted); });
}
API void kt_sort(Handle x, int64_t dim, Flag descending, Flag stable, Handle* values, Handle* indices) {
  kt::pair(values, indices, [&] { return at::sort(*x, kt::Optional<bool>(stable), dim, descending); });
}
API Handle kt_argsort(Handle x, int64_t dim, Flag descending) {
  return kt::tensor([&] { return at::argsort(*x, dim, descending); });
}
API Handle kt_searchsorted(Handle sorted, Handle values, Flag int32, Flag right) {
  return kt::tensor([&] { return at::searchsorted(*sorted, *values, int32, right); });
}
API Handle kt_bincount(Handle x, Handle weights, int64_t minimum) {
  return kt::tensor([&] { return at::bincount(*x, kt::maybe(weights), minimum); });
}
