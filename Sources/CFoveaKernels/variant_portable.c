// The kernels in portable C: vectors of four floats, which every processor that we build for has.

#include "fovea_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#define FOVEA_VARIANT portable
#define FOVEA_VECTOR_WIDTH 4
#if defined(__FMA__) || defined(__aarch64__)
#define FOVEA_VECTOR_REGISTERS 16
#define FOVEA_HAS_FMA 1
#else
#define FOVEA_VECTOR_REGISTERS 16
#define FOVEA_HAS_FMA 0
#endif

#include "templates/all.h"
