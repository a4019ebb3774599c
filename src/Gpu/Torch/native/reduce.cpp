// Products, reductions, sorting. Dimensions: none given reduces all of them.
#include "shim.h"

#define PRODUCT(name) \
  API Handle kt_##name(Handle x, Handle y) { return kt::tensor([&] { return at::name(*x, *y); }); }
PRODUCT(matmul)

API int kt_addmm_(Handle x, Handle a, Handle b, float beta, float alpha) {
  return kt::status([&] { x->addmm_(*a, *b, beta, alpha); });
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
API Handle kt_std(Handle x, const int64_t* dim, int64_t n, Flag unbiased, Flag keep) {
  return kt::tensor([&] { return at::std(*x, at::OptionalIntArrayRef(kt::dims(dim, n)), unbiased, keep); });
}
API Handle kt_norm(Handle x, double p, const int64_t* dim, int64_t n, Flag keep) {
  return kt::tensor([&] { return at::norm(*x, at::Scalar(p), kt::dims(dim, n), keep); });
}
API Handle kt_log_softmax(Handle x, int64_t dim, int dtype) {
  return kt::tensor([&] { return at::log_softmax(*x, dim, kt::type(dtype)); });
}

#define WHOLE(name) \
  API Handle kt_##name(Handle x) { return kt::tensor([&] { return at::name(*x); }); }
WHOLE(max) WHOLE(min) WHOLE(all)

#define ALONG(name) \
  API Handle kt_##name##_dim(Handle x, int64_t dim, Flag keep) { return kt::tensor([&] { return at::name(*x, dim, keep); }); }
ALONG(argmax)

API void kt_max_dim(Handle x, int64_t dim, Flag keep, Handle* values, Handle* indices) {
  kt::pair(values, indices, [&] { return at::max(*x, dim, keep); });
}
API void kt_topk(Handle x, int64_t k, int64_t dim, Flag largest, Flag sorted, Handle* values, Handle* indices) {
  kt::pair(values, indices, [&] { return at::topk(*x, k, dim, largest, sorted); });
}
API void kt_sort(Handle x, int64_t dim, Flag descending, Flag stable, Handle* values, Handle* indices) {
  kt::pair(values, indices, [&] { return at::sort(*x, kt::Optional<bool>(stable), dim, descending); });
}
