// fovea_kernels.h: everything that the runtime may call. Each operation has a contract header.

#ifndef FOVEA_KERNELS_H
#define FOVEA_KERNELS_H

#include <stdbool.h>

#include "fovea_step.h"

typedef enum {
  fovea_isa_portable = 0,
  fovea_isa_avx2 = 1,
  fovea_isa_avx512 = 2,
  fovea_isa_avx512vnni = 3,  // AVX-512 and its products of bytes
  fovea_isa_neon = 4,
} fovea_isa;

// The kernels of one instruction set, one member a kernel; `vector_width` is in floats,
// and a lane of 32 bits holds `quantized_lane_numbers` of the numbers that 8-bit kernels multiply.
typedef struct {
  fovea_isa isa;
  const char *_Nonnull name;
  long vector_width;
  long quantized_lane_numbers;
#define FOVEA_KERNEL(name) fovea_kernel _Nonnull name;
#include "fovea_kernel_list.inc"
#include "fovea_quantized_kernel_list.inc"
#undef FOVEA_KERNEL
} fovea_kernel_table;

// The table of `isa`, or NULL where this processor (or this build) has no such instructions.
const fovea_kernel_table *_Nullable fovea_kernels_for(fovea_isa isa);

// The next table with shorter vectors that this processor has and that is not the portable one, or NULL.
const fovea_kernel_table *_Nullable fovea_shorter_kernels(
    const fovea_kernel_table *_Nonnull kernels);

// The fastest instruction set of this processor.
fovea_isa fovea_best_isa(void);

// False in a debug build, where SwiftPM compiles C without optimisation.
bool fovea_kernels_are_optimised(void);

#include "fovea_activations.h"
#include "fovea_batch_norm.h"
#include "fovea_condition.h"
#include "fovea_conv2d.h"
#include "fovea_conv3d.h"
#include "fovea_convert.h"
#include "fovea_dropout.h"
#include "fovea_elementwise.h"
#include "fovea_deformable.h"
#include "fovea_fractional_pool2d.h"
#include "fovea_group_norm.h"
#include "fovea_local_response_norm.h"
#include "fovea_matmul.h"
#include "fovea_optimizer.h"
#include "fovea_peak.h"
#include "fovea_pool2d.h"
#include "fovea_random_normal.h"
#include "fovea_reduce.h"
#include "fovea_resample.h"
#include "fovea_softmax.h"
#include "fovea_strided.h"
#include "fovea_take.h"
#include "fovea_unpool2d.h"

#endif
