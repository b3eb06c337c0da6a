// The kernels for x86-64 processors with AVX-512 (F, VL, DQ, BW): vectors of sixteen floats.

#include "fovea_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma,f16c"))), apply_to = function)

#define FOVEA_VARIANT avx512
#define FOVEA_VECTOR_WIDTH 16
#define FOVEA_VECTOR_REGISTERS 32
#define FOVEA_HAS_FMA 1

#include "templates/all.h"

#pragma clang attribute pop

// The same kernels but those of 8-bit numbers, which variant_avx512vnni.c has.
#define FOVEA_KERNEL(name) void name##_avx512vnni(const void *arguments, void *scratch, long task);
#include "fovea_quantized_kernel_list.inc"
#undef FOVEA_KERNEL

const fovea_kernel_table fovea_kernel_table_avx512vnni = {
    .isa = fovea_isa_avx512vnni,
    .name = "avx512vnni",
    .vector_width = FOVEA_VECTOR_WIDTH,
    .quantized_lane_numbers = 4,
#define FOVEA_KERNEL(kernel_name) .kernel_name = kernel_name##_avx512,
#include "fovea_kernel_list.inc"
#undef FOVEA_KERNEL
#define FOVEA_KERNEL(kernel_name) .kernel_name = kernel_name##_avx512vnni,
#include "fovea_quantized_kernel_list.inc"
#undef FOVEA_KERNEL
};

#endif
