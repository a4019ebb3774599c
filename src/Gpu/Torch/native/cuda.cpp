// Devices and streams, through c10's interface for any kind of device, so that the same code builds without CUDA and without its headers.
// A stream is (id, device index); libtorch owns a pool of them.
#include "shim.h"
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/Event.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <string>
#if __has_include(<c10/cuda/CUDACachingAllocator.h>) && __has_include(<cuda_runtime_api.h>)
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDACachingAllocator.h>
#define KT_CUDA
#endif

static const c10::impl::DeviceGuardImplInterface& cuda() {
  TORCH_CHECK(c10::impl::hasDeviceGuardImpl(at::kCUDA), "this libtorch has no CUDA: it is a CPU build");
  return *c10::impl::getDeviceGuardImpl(at::kCUDA);
}
static at::Device gpu(int index) { return at::Device(at::kCUDA, static_cast<at::DeviceIndex>(index)); }
static c10::Stream stream(int64_t id, int index) { return c10::Stream(c10::Stream::UNSAFE, gpu(index), id); }

API int kt_cuda_count() {
  int count = 0;
  kt::status([&] { count = c10::impl::hasDeviceGuardImpl(at::kCUDA) ? cuda().deviceCount() : 0; });
  return count;
}
API int kt_cuda_current() {
  int index = -1;
  kt::status([&] { index = cuda().getDevice().index(); });
  return index;
}
API int kt_cuda_synchronize(int index) {
  return kt::status([&] { at::detail::getCUDAHooks().deviceSynchronize(index < 0 ? cuda().getDevice().index() : index); });
}
API int kt_stream_from_pool(int index, Flag high_priority, int64_t* id) {
  return kt::status([&] { *id = cuda().getStreamFromGlobalPool(gpu(index), high_priority).id(); });
}
API int kt_stream_current(int index, int64_t* id) {
  return kt::status([&] { *id = cuda().getStream(gpu(index)).id(); });
}
/// Makes it the calling thread's current stream on its device; the one before is written to id.
API int kt_stream_exchange(int index, int64_t* id) {
  return kt::status([&] { *id = cuda().exchangeStream(stream(*id, index)).id(); });
}
API int kt_stream_synchronize(int64_t id, int index) {
  return kt::status([&] { stream(id, index).synchronize(); });
}
/// What is queued on the stream later waits for what is queued on the other now.
API int kt_stream_wait(int64_t id, int index, int64_t other, int other_index) {
  return kt::status([&] {
    c10::Event event(cuda().type());
    event.record(stream(other, other_index));
    event.block(stream(id, index));
  });
}
/// The tensor's memory isn't given out again before what is queued on the stream now has run.
API int kt_record_stream(Handle x, int64_t id, int index) {
  return kt::status([&] { x->record_stream(stream(id, index)); });
}

#ifdef KT_CUDA
/// to: bytes in tensors, bytes taken from the device, and the most there were in tensors.
API int kt_cuda_memory(int index, int64_t* to) {
  return kt::status([&] {
    auto stats = c10::cuda::CUDACachingAllocator::getDeviceStats(index);
    to[0] = stats.allocated_bytes[0].current;
    to[1] = stats.reserved_bytes[0].current;
    to[2] = stats.allocated_bytes[0].peak;
  });
}
API const char* kt_cuda_name(int index) {
  static thread_local std::string name;
  return kt::status([&] { name = at::cuda::getDeviceProperties(index)->name; }) == 0 ? name.c_str() : nullptr;
}
#else
static int no_headers() {
  return kt::status([] {
    cuda();
    TORCH_CHECK(false, "the shim was built without CUDA's headers (cuda_runtime_api.h)");
  });
}
API int kt_cuda_memory(int, int64_t*) { return no_headers(); }
API const char* kt_cuda_name(int) {
  no_headers();
  return nullptr;
}
#endif
