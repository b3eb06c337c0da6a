// fovea_convert.h: float32 numbers kept in 16 bits.
//
//   narrow_bfloat16, narrow_float16   float32 to 16 bits, rounded to nearest, ties to even
//   widen_bfloat16, widen_float16     16 bits to float32, exact
//
// Layout    dense; `count` elements; `in` and `out` are float or uint16_t as the name says.
// Requires  count >= 0; out does not overlap in.
// Numbers   IEEE 754 binary16, and bfloat16, which is the upper half of a float32. Subnormal numbers are
//           kept; what is too large becomes infinity; NaN stays NaN, quiet after narrowing.

#ifndef FOVEA_CONVERT_H
#define FOVEA_CONVERT_H

#include "fovea_kernels.h"

// The tasks of a pass are fovea_elementwise_tasks(count).
typedef struct {
  long count;
  const void *_Nonnull in;
  void *_Nonnull out;
} fovea_convert_arguments;

#endif
