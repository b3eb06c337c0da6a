// The kernels for 64-bit ARM processors, all of which have NEON: vectors of four floats.

#include "fovea_kernels.h"

#if defined(__aarch64__)

#include <arm_neon.h>

#define FOVEA_VARIANT neon
#define FOVEA_VECTOR_WIDTH 4
#define FOVEA_VECTOR_REGISTERS 32
#define FOVEA_HAS_FMA 1

#include "templates/all.h"

#endif
