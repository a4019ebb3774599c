// Streams, through c10's interface for any kind of device, so that the same code builds without CUDA and without its headers.
// A stream is (id, device index); libtorch owns a pool of them.
#include "shim.h"
#include <c10/core/Event.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>

static const c10::impl::DeviceGuardImplInterface& cuda() {
  TORCH_CHECK(c10::impl::hasDeviceGuardImpl(at::kCUDA), "this libtorch has no CUDA: it is a CPU build");
  return *c10::impl::getDeviceGuardImpl(at::kCUDA);
}
static at::Device gpu(int index) { return at::Device(at::kCUDA, static_cast<at::DeviceIndex>(index)); }
static c10::Stream stream(int64_t id, int index) { return c10::Stream(c10::Stream::UNSAFE, gpu(index), id); }

API int kt_stream_from_pool(int index, int64_t* id) {
  return kt::status([&] { *id = cuda().getStreamFromGlobalPool(gpu(index), false).id(); });
}
API int kt_stream_current(int index, int64_t* id) {
  return kt::status([&] { *id = cuda().getStream(gpu(index)).id(); });
}
/// Makes it the calling thread's current stream on its device; the one before is written to id.
API int kt_stream_exchange(int index, int64_t* id) {
  return kt::status([&] { *id = cuda().exchangeStream(stream(*id, index)).id(); });
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
