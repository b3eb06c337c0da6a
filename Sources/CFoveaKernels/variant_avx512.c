// The kernels for x86-64 processors with AVX-512 (F, VL, DQ, BW): vectors of sixteen floats.

#include "fovea_kernels.h"

#if defined(__x86_64__)

#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma,f16c"))), apply_to = function)

#define FOVEA_VARIANT avx512
#define FOVEA_VECTOR_WIDTH 16
#define FOVEA_VECTOR_REGISTERS 32
#define FOVEA_HAS_FMA 1

#include "templates/all.h"

#pragma clang attribute pop

#endif
