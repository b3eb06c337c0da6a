// dispatch.c: the one place that knows which processor this is.

#include "fovea_kernels.h"

extern const fovea_kernel_table fovea_kernel_table_portable;
#if defined(__x86_64__)
extern const fovea_kernel_table fovea_kernel_table_avx2;
extern const fovea_kernel_table fovea_kernel_table_avx512;
extern const fovea_kernel_table fovea_kernel_table_avx512vnni;
#elif defined(__aarch64__)
extern const fovea_kernel_table fovea_kernel_table_neon;
#endif

const fovea_kernel_table *fovea_kernels_for(fovea_isa isa) {
  switch (isa) {
    case fovea_isa_portable:
      return &fovea_kernel_table_portable;
    case fovea_isa_avx2:
#if defined(__x86_64__)
      if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
          __builtin_cpu_supports("f16c"))
        return &fovea_kernel_table_avx2;
#endif
      return NULL;
    case fovea_isa_avx512:
#if defined(__x86_64__)
      if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
          fovea_kernels_for(fovea_isa_avx2))
        return &fovea_kernel_table_avx512;
#endif
      return NULL;
    case fovea_isa_avx512vnni:
#if defined(__x86_64__)
      if (__builtin_cpu_supports("avx512vnni") && fovea_kernels_for(fovea_isa_avx512))
        return &fovea_kernel_table_avx512vnni;
#endif
      return NULL;
    case fovea_isa_neon:
#if defined(__aarch64__)
      return &fovea_kernel_table_neon;
#endif
      return NULL;
  }
  return NULL;
}

const fovea_kernel_table *fovea_shorter_kernels(const fovea_kernel_table *kernels) {
  const bool is_longest =
      kernels->isa == fovea_isa_avx512 || kernels->isa == fovea_isa_avx512vnni;
  return is_longest ? fovea_kernels_for(fovea_isa_avx2) : NULL;
}

fovea_isa fovea_best_isa(void) {
  fovea_isa best = fovea_isa_neon;
  while (!fovea_kernels_for(best)) best--;
  return best;
}

bool fovea_kernels_are_optimised(void) {
#if defined(__OPTIMIZE__)
  return true;
#else
  return false;
#endif
}
