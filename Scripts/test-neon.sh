#!/bin/bash
# Tests the kernels without Swift (Tests/CrossKernels): on this processor, then compiled for 64-bit ARM, whose
# assembly must not spill and which runs in an emulator.
#
# Installs the ARM libraries and the emulator where they are missing and this is root. Where they cannot be had,
# it says so and succeeds, unless FOVEA_FULL is set.
set -euo pipefail
cd "$(dirname "$0")/.."

build=.build-neon
kernels=Sources/CFoveaKernels
sources=("$kernels"/*.c Tests/CrossKernels/*.c)
compile=(clang -O2 -Wall -Wextra -Wno-unused-parameter -Werror -I "$kernels/include")
arm=(--target=aarch64-linux-gnu)
packages=(gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static)

emulator() { command -v qemu-aarch64-static || command -v qemu-aarch64; }

is_ready() {
  emulator > /dev/null &&
    clang "${arm[@]}" -static -x c -o "$build/nothing" - 2> /dev/null <<< "int main(void) { return 0; }"
}

mkdir -p "$build"
echo "== kernels of this processor"
"${compile[@]}" "${sources[@]}" -lm -lpthread -o "$build/native"
"$build/native"
case $(uname -m) in aarch64 | arm64) exit 0 ;; esac

if ! is_ready && command -v apt-get > /dev/null && [ "$(id -u)" = 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  echo "+ apt-get install ${packages[*]}"
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${packages[@]}"; } > /dev/null || true
fi
if ! is_ready; then
  echo "NEON kernels are not tested: that needs ${packages[*]} (named as in Debian)." >&2
  [ -z "${FOVEA_FULL:-}" ]
  exit
fi

echo "== vectors that NEON kernels spill"
"${compile[@]}" "${arm[@]}" -S -o "$build/neon.s" "$kernels/variant_neon.c"
awk -f Scripts/check-spills.awk "$build/neon.s"

echo "== kernels for 64-bit ARM, emulated"
"${compile[@]}" "${arm[@]}" -static "${sources[@]}" -lm -lpthread -o "$build/emulated"
"$(emulator)" "$build/emulated"
