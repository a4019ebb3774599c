// Views, joining, splitting and indexing.
#include "shim.h"

#define WITH_DIMS(name) \
  API Handle kt_##name(Handle x, const int64_t* values, int64_t n) { \
    return kt::tensor([&] { return x->name(kt::dims(values, n)); }); \
  }
WITH_DIMS(reshape)
WITH_DIMS(view)
WITH_DIMS(permute)
WITH_DIMS(expand)
WITH_DIMS(repeat)

API Handle kt_t(Handle x) {
  return kt::tensor([&] { return x->t(); });
}
API Handle kt_transpose(Handle x, int64_t a, int64_t b) {
  return kt::tensor([&] { return x->transpose(a, b); });
}
API Handle kt_flatten(Handle x, int64_t start, int64_t end) {
  return kt::tensor([&] { return x->flatten(start, end); });
}
API Handle kt_unsqueeze(Handle x, int64_t dim) {
  return kt::tensor([&] { return x->unsqueeze(dim); });
}
API Handle kt_select(Handle x, int64_t dim, int64_t index) {
  return kt::tensor([&] { return x->select(dim, index); });
}
API Handle kt_narrow(Handle x, int64_t dim, int64_t start, int64_t length) {
  return kt::tensor([&] { return x->narrow(dim, start, length); });
}
API Handle kt_diagonal(Handle x, int64_t offset, int64_t dim1, int64_t dim2) {
  return kt::tensor([&] { return x->diagonal(offset, dim1, dim2); });
}

API Handle kt_cat(const Handle* handles, int64_t n, int64_t dim) {
  return kt::tensor([&] { return at::cat(kt::tensors(handles, n), dim); });
}
API int64_t kt_split_sizes(Handle x, const int64_t* sizes, int64_t n, int64_t dim, Handle* to, int64_t capacity) {
  return kt::list(to, capacity, [&] { return x->split_with_sizes(kt::dims(sizes, n), dim); });
}
API int64_t kt_chunk(Handle x, int64_t chunks, int64_t dim, Handle* to, int64_t capacity) {
  return kt::list(to, capacity, [&] { return x->chunk(chunks, dim); });
}

API Handle kt_index_select(Handle x, int64_t dim, Handle index) {
  return kt::tensor([&] { return x->index_select(dim, *index); });
}
API int kt_index_put_(Handle x, const Handle* indices, int64_t n, Handle value, Flag accumulate) {
  return kt::status([&] {
    c10::List<kt::Optional<at::Tensor>> list;
    for (auto& index : kt::tensors(indices, n)) list.push_back(index);
    at::index_put_(*x, list, *value, accumulate);
  });
}
API int kt_index_add_(Handle x, int64_t dim, Handle index, Handle source, kt::Scalar alpha) {
  return kt::status([&] { x->index_add_(dim, *index, *source, alpha.get()); });
}
API Handle kt_gather(Handle x, int64_t dim, Handle index) {
  return kt::tensor([&] { return x->gather(dim, *index); });
}
API int kt_scatter_(Handle x, int64_t dim, Handle index, Handle source) {
  return kt::status([&] { x->scatter_(dim, *index, *source); });
}
API int kt_scatter_add_(Handle x, int64_t dim, Handle index, Handle source) {
  return kt::status([&] { x->scatter_add_(dim, *index, *source); });
}
API Handle kt_masked_fill(Handle x, Handle mask, kt::Scalar value) {
  return kt::tensor([&] { return x->masked_fill(*mask, value.get()); });
}
API Handle kt_masked_select(Handle x, Handle mask) {
  return kt::tensor([&] { return x->masked_select(*mask); });
}
API Handle kt_nonzero(Handle x) {
  return kt::tensor([&] { return x->nonzero(); });
}
API Handle kt_where(Handle condition, Handle x, Handle y) {
  return kt::tensor([&] { return at::where(*condition, *x, *y); });
}
