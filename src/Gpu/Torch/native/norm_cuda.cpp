// Launches norm_kernels.h. NVRTC and the driver are found in what libtorch's libcaffe2_nvrtc.so has loaded, so that the shim builds
// without CUDA's headers; their few functions are declared here.
#include "norm.h"
#include "norm_kernels.h"
#include <c10/core/DeviceGuard.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <dlfcn.h>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>

namespace {

constexpr int kThreads = 256, kSumBlocks = 1024, kBlocks = 4096;

struct Driver {
  void* library = dlopen("libcaffe2_nvrtc.so", RTLD_NOW | RTLD_LOCAL);

  /// Without one of them, as with ROCm or an old CUDA, there are no kernels.
  template <class F> void find(F& function, const char* name) {
    function = library ? reinterpret_cast<F>(dlsym(library, name)) : nullptr;
    if (!function) library = nullptr;
  }

  Driver() {
    find(create, "nvrtcCreateProgram");
    find(compile, "nvrtcCompileProgram");
    find(log_size, "nvrtcGetProgramLogSize");
    find(log, "nvrtcGetProgramLog");
    find(size, "nvrtcGetCUBINSize");
    find(binary, "nvrtcGetCUBIN");
    find(destroy, "nvrtcDestroyProgram");
    find(attribute, "cuDeviceGetAttribute");
    find(context, "cuCtxGetCurrent");
    find(retain, "cuDevicePrimaryCtxRetain");
    find(use, "cuCtxSetCurrent");
    find(load, "cuModuleLoadData");
    find(function, "cuModuleGetFunction");
    find(launch, "cuLaunchKernel");
  }

  int (*create)(void**, const char*, const char*, int, const char* const*, const char* const*) = nullptr;
  int (*compile)(void*, int, const char* const*) = nullptr;
  int (*log_size)(void*, size_t*) = nullptr;
  int (*log)(void*, char*) = nullptr;
  int (*size)(void*, size_t*) = nullptr;
  int (*binary)(void*, char*) = nullptr;
  int (*destroy)(void**) = nullptr;
  int (*attribute)(int*, int, int) = nullptr;
  int (*context)(void**) = nullptr;
  int (*retain)(void**, int) = nullptr;
  int (*use)(void*) = nullptr;
  int (*load)(void**, const void*) = nullptr;
  int (*function)(void**, void*, const char*) = nullptr;
  int (*launch)(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*, void**, void**) = nullptr;
};

Driver& driver() {
  static Driver found;
  return found;
}

void check(int status, const char* what) { TORCH_CHECK(status == 0, "CUDA: ", what, " failed with ", status); }

struct Kernels {
  void *moments, *statistics, *forward, *gradient_sums, *gradient_factors, *gradient;
};

/// Throws where this NVRTC doesn't know the GPU, say.
Kernels compile(int device, bool bf16, int64_t packs) {
  auto& d = driver();
  int major, minor;
  check(d.attribute(&major, 75, device), "cuDeviceGetAttribute");
  check(d.attribute(&minor, 76, device), "cuDeviceGetAttribute");
  auto arch = "--gpu-architecture=sm_" + std::to_string(major * 10 + minor), packed = "-DPACKS=" + std::to_string(packs);
  const char* options[] = {arch.c_str(), packed.c_str(), bf16 ? "-DBF16=1" : "-DBF16=0"};
  void *program, *module;
  check(d.create(&program, kt::norm_kernels, "norm.cu", 0, nullptr, nullptr), "nvrtcCreateProgram");
  if (d.compile(program, 3, options) != 0) {
    size_t size = 0;
    d.log_size(program, &size);
    std::string log(size, ' ');
    d.log(program, log.data());
    d.destroy(&program);
    for (auto& c : log) c = c == '\n' ? ' ' : c;
    TORCH_CHECK(false, "NVRTC can't compile norm_kernels.h: ", log);
  }
  size_t size = 0;
  check(d.size(program, &size), "nvrtcGetCUBINSize");
  std::string binary(size, ' ');
  check(d.binary(program, binary.data()), "nvrtcGetCUBIN");
  d.destroy(&program);
  check(d.load(&module, binary.data()), "cuModuleLoadData");
  auto of = [&](const char* name) {
    void* function;
    check(d.function(&function, module, name), name);
    return function;
  };
  return {of("moments"), of("statistics"), of("forward"), of("gradient_sums"), of("gradient_factors"), of("gradient")};
}

bool is_bf16(const at::Tensor& x) { return x.scalar_type() == at::kBFloat16; }
int64_t packs_of(const at::Tensor& x) { return x.size(1) / (is_bf16(x) ? 8 : 4); }

/// Compiled once for each GPU, type and number of channels, which as a constant saves divisions; null where that failed, with one warning.
const Kernels* kernels(const at::Tensor& x) {
  static std::mutex gate;
  static std::map<std::tuple<int, bool, int64_t>, std::optional<Kernels>> compiled;
  c10::DeviceGuard guard(x.device());
  void* context = nullptr;
  int device = x.device().index();
  check(driver().context(&context), "cuCtxGetCurrent");
  if (!context) {  // a thread whose first work on the GPU is this
    check(driver().retain(&context, device), "cuDevicePrimaryCtxRetain");
    check(driver().use(context), "cuCtxSetCurrent");
  }
  std::lock_guard<std::mutex> lock(gate);
  auto key = std::make_tuple(device, is_bf16(x), packs_of(x));
  auto [known, is_new] = compiled.try_emplace(key);
  if (is_new) try {
      known->second = compile(device, is_bf16(x), packs_of(x));
    } catch (const c10::Error& error) {
      TORCH_WARN_ONCE("batch norm, addition and ReLU stay three operations on this GPU: ", error.what_without_backtrace());
    }
  return known->second ? &*known->second : nullptr;
}

/// On the default stream.
template <class... A> void launch(void* kernel, int64_t blocks, int threads_x, int threads_y, int64_t shared, A... arguments) {
  void* pointers[] = {&arguments...};
  check(
      driver().launch(
          kernel, static_cast<unsigned>(blocks), 1, 1, threads_x, threads_y, 1, static_cast<unsigned>(shared), nullptr, pointers, nullptr),
      "cuLaunchKernel");
}

struct Grid {
  explicit Grid(const at::Tensor& x) : packs(packs_of(x)), c(x.size(1)), rows(x.numel() / c), threads(kThreads / packs * packs) {
    int64_t lanes = threads / packs, all = (rows + lanes - 1) / lanes;
    sums = std::min<int64_t>(kSumBlocks, all);
    blocks = std::min<int64_t>(kBlocks, all);
    shared = 2 * lanes * c * sizeof(float);
  }
  int64_t packs, c, rows;
  int threads;
  int64_t sums, blocks, shared;
  int64_t channels() const { return (c + 31) / 32; }
};

bool is_aligned(const at::Tensor& x) { return reinterpret_cast<uintptr_t>(x.data_ptr()) % 16 == 0; }
at::Tensor aligned(const at::Tensor& x) { return !x.defined() || is_aligned(x) ? x : x.clone(); }
void* memory(const at::Tensor& x) { return x.defined() ? x.data_ptr() : nullptr; }
float* values(const at::Tensor& x) { return x.defined() ? x.data_ptr<float>() : nullptr; }
at::Tensor floats(int64_t n, const at::Tensor& x) { return at::empty({n}, x.options().dtype(at::kFloat)); }

}  // namespace

bool kt::gpu_norm_fits(const at::Tensor& x) {
  if (!x.is_cuda() || !driver().library) return false;
  auto type = x.scalar_type();
  auto rows = x.dim() == 2 ? x.is_contiguous() : x.dim() == 4 && x.is_contiguous(at::MemoryFormat::ChannelsLast);
  return rows && (type == at::kFloat || type == at::kBFloat16) && x.size(1) % 8 == 0 && packs_of(x) <= kThreads &&
      x.numel() > x.size(1) && is_aligned(x) && c10::impl::getDeviceGuardImpl(at::kCUDA)->getStream(x.device()).id() == 0 && kernels(x);
}

at::Tensor kt::gpu_norm_relu(
    const at::Tensor& x, const at::Tensor& residual, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& mean,
    const at::Tensor& var, double eps, at::Tensor* constants) {
  c10::DeviceGuard guard(x.device());
  auto& k = *kernels(x);
  Grid g(x);
  auto y = at::empty_like(x), r = aligned(residual), partial = floats(g.sums * 2 * g.c, x);
  *constants = floats(4 * g.c, x);
  launch(k.moments, g.sums, g.threads, 1, g.shared, memory(x), g.rows, memory(partial));
  launch(
      k.statistics, g.channels(), 32, 32, 0, memory(x), g.rows, memory(partial), static_cast<int>(g.sums), values(weight), values(bias),
      eps, values(mean), values(var), memory(*constants));
  launch(k.forward, g.blocks, g.threads, 1, 0, memory(x), memory(r), g.rows, memory(*constants), memory(y));
  return y;
}

std::vector<at::Tensor> kt::gpu_norm_relu_backward(
    const at::Tensor& gy, const at::Tensor& x, const at::Tensor& y, const at::Tensor& weight, const at::Tensor& constants, bool has_bias) {
  c10::DeviceGuard guard(x.device());
  auto& k = *kernels(x);
  Grid g(x);
  auto upstream = aligned(gy), masked = y.defined() ? at::empty_like(x) : at::Tensor();
  auto dx = at::empty_like(x), partial = floats(g.sums * 2 * g.c, x), factors = floats(3 * g.c, x);
  auto dweight = at::empty_like(weight), dbias = has_bias ? at::empty_like(weight) : at::Tensor();
  launch(
      k.gradient_sums, g.sums, g.threads, 1, g.shared, memory(upstream), memory(x), memory(y), g.rows, memory(constants), memory(partial),
      memory(masked));
  launch(
      k.gradient_factors, g.channels(), 32, 32, 0, g.rows, memory(partial), static_cast<int>(g.sums), values(weight), memory(constants),
      memory(dweight), memory(dbias), memory(factors));
  launch(
      k.gradient, g.blocks, g.threads, 1, 0, memory(y.defined() ? masked : upstream), memory(x), static_cast<int>(y.defined()), g.rows,
      memory(constants), memory(factors), memory(dx));
  return {dx, masked, dweight, dbias};
}
