# Sourced by ./kindred and ./test.sh, from the repository's root. `setup PROJECT SOURCES…` installs what is missing and builds PROJECT
# if SOURCES are newer than its last build; when there is nothing to do it costs a few milliseconds.

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive} # busy-waiting threads slow one another down 4 to 9 times
export GOMP_SPINCOUNT=${GOMP_SPINCOUNT:-5000}      # but a wait of some microseconds between two layers is shorter than a sleep (7 % of a step)
# Activations of a step are freed and allocated again: keep the memory instead of giving it back to the kernel page by page (5 % of a step).
export MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-1} MALLOC_TRIM_THRESHOLD_=${MALLOC_TRIM_THRESHOLD_:-4000000000}
export MALLOC_MMAP_THRESHOLD_=${MALLOC_MMAP_THRESHOLD_:-33554432}
export GLIBC_TUNABLES=${GLIBC_TUNABLES:-glibc.malloc.hugetlb=1} # and in huge pages
# OpenBLAS takes CPUs that it doesn't know for the oldest one, and multiplies at a fifth of their rate.
if [ -z "${OPENBLAS_CORETYPE:-}" ]; then
  case $(grep -m1 '^flags' /proc/cpuinfo 2>/dev/null) in
    *avx512bw*) export OPENBLAS_CORETYPE=SkylakeX ;;
    *avx2*fma* | *fma*avx2*) export OPENBLAS_CORETYPE=Haswell ;;
  esac
fi
# Idle pool threads spin before they sleep, so that a message between nodes arrives in two thirds of the time. With few cores that takes
# the other core's time from the devices' threads, a third of what a node costs beside them: there they sleep at once.
if [ "$(nproc)" -lt 8 ]; then export DOTNET_ThreadPool_UnfairSemaphoreSpinLimit=${DOTNET_ThreadPool_UnfairSemaphoreSpinLimit:-0}; fi
export CUBLAS_WORKSPACE_CONFIG=${CUBLAS_WORKSPACE_CONFIG:-:4096:8} # cuBLAS has the same bits each time only with this
export HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6)}
export HOME=${HOME:-/tmp}
if ! command -v dotnet >/dev/null && [ -x "$HOME/.dotnet/dotnet" ]; then export PATH="$HOME/.dotnet:$PATH"; fi
if [ -z "${DOTNET_ROOT:-}" ] && command -v dotnet >/dev/null; then
  DOTNET_ROOT=$(dirname "$(readlink -f "$(command -v dotnet)")")
  export DOTNET_ROOT
fi

say() { echo "kindred: $*" >&2; }

has_sdk() { command -v dotnet >/dev/null && dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; }
has_file() { compgen -G "$1" >/dev/null; }

# Debian's and Ubuntu's names of the packages that are missing, one a line.
missing_packages() {
  has_sdk || echo dotnet-sdk-10.0
  command -v cmake >/dev/null || echo cmake
  command -v g++ >/dev/null || echo g++
  command -v make >/dev/null || echo make
  [ -n "${KINDRED_TORCH_DIR:-}" ] || has_file '/usr/lib/*/cmake/Torch/TorchConfig.cmake' || echo libtorch-dev
  [ -n "${KINDRED_TORCH_DIR:-}" ] || has_file '/usr/lib/*/openblas-openmp/libblas.so.3' || echo libopenblas0-openmp
  has_file '/usr/include/jpeglib.h' || echo libjpeg-dev
  has_file '/usr/include/png.h' || echo libpng-dev
}

# What the tests start brokers from, and the PyTorch that they load exported encoders with; training needs neither.
missing_for_tests() {
  local module
  [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || echo rabbitmq-server
  for module in torch torchvision numpy; do
    [ -d "/usr/lib/python3/dist-packages/$module" ] || echo "python3-$module"
  done
}

# Its package would start a broker and a port mapper as services of the machine: nobody asked for those.
without_services() {
  local policy=/usr/sbin/policy-rc.d status=0
  if [ -e "$policy" ]; then "$@"; return; fi
  printf '#!/bin/sh\nexit 101\n' | $root tee "$policy" >/dev/null && $root chmod 755 "$policy"
  "$@" || status=$?
  $root rm -f "$policy"
  return "$status"
}

install_packages() {
  local list="$*" root=""
  if ! command -v apt-get >/dev/null; then
    say "missing: $list. This system has no apt: install them by its own means (libtorch: set KINDRED_TORCH_DIR to the folder of TorchConfig.cmake)."
    return 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    root=sudo
    command -v sudo >/dev/null || { say "missing: $list. Install them as root: apt-get install $list"; return 1; }
  fi
  say "missing: $list; installing with apt${root:+ (sudo asks for your password)}"
  local log=artifacts/setup.log
  $root apt-get update </dev/null >"$log" 2>&1 || say "apt-get update failed ($log); trying with the lists that are there"
  if [[ " $list " == *" dotnet-sdk-10.0 "* ]] && ! apt-cache show dotnet-sdk-10.0 >/dev/null 2>&1; then
    say "the .NET 10 SDK isn't packaged here: 'curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0' puts it into ~/.dotnet"
    return 1
  fi
  # shellcheck disable=SC2086
  without_services $root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $list </dev/null >>"$log" 2>&1 ||
    { tail -n 5 "$log" >&2; say "apt could not install: $list (all of it is in $log)"; return 1; }
}

# Is the stamp of the last build newer than all SOURCES?
up_to_date() {
  [ -f "$1" ] && [ -z "$(find "${@:2}" eng Directory.*.props global.json .editorconfig -newer "$1" -print -quit)" ]
}

setup_tests() {
  mkdir -p artifacts
  local packages
  packages=$(missing_for_tests)
  # shellcheck disable=SC2086
  [ -z "$packages" ] || install_packages $packages
}

setup() {
  local project=$1 stamp=artifacts/.built-${1##*/} log=artifacts/build.log
  up_to_date "$stamp" "${@:2}" && return
  mkdir -p artifacts
  exec 9>artifacts/.lock # one build at a time
  flock 9
  if ! up_to_date "$stamp" "${@:2}"; then
    local packages started
    packages=$(missing_packages)
    # shellcheck disable=SC2086
    if [ -n "$packages" ]; then install_packages $packages || return 1; fi
    started=$(mktemp artifacts/.started-XXXXXX)
    say "building (a minute or two) …"
    if ! dotnet build "$project" -c Release -v quiet -nodeReuse:false -p:UseSharedCompilation=false </dev/null >"$log" 2>&1 9>&-; then
      rm -f "$started"
      grep -E 'error|Error' "$log" | sort -u | head -n 20 >&2
      say "the build failed; all of it is in $log"
      return 1
    fi
    mv "$started" "$stamp"
  fi
  exec 9>&-
}
