// The kernels of 8-bit numbers for x86-64 processors with AVX-512 and VNNI; variant_avx512.c has the rest.

#include "fovea_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx512vnni,avx2,fma"))), apply_to = function)

#define FOVEA_VARIANT avx512vnni
#define FOVEA_VECTOR_WIDTH 16
#define FOVEA_VECTOR_REGISTERS 32
#define FOVEA_HAS_FMA 1
#define FOVEA_HAS_VNNI 1

// Of the shared templates not all functions are used here.
#pragma clang diagnostic ignored "-Wunused-function"

#include "quantized_conv2d_plan.h"
#include "sizes.h"
#include "templates/vector.h"
#include "templates/part.h"
#include "templates/exponential.h"
#include "templates/activation.h"
#include "templates/epilogue.h"
#include "templates/quantized_conv2d.h"

#pragma clang attribute pop

#endif
