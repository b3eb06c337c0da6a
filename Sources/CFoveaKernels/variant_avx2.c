// The kernels for x86-64 processors with AVX2, FMA and F16C: vectors of eight floats.

#include "fovea_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#define FOVEA_VARIANT avx2
#define FOVEA_VECTOR_WIDTH 8
#define FOVEA_VECTOR_REGISTERS 16
#define FOVEA_HAS_FMA 1

#include "templates/all.h"

#pragma clang attribute pop

#endif
