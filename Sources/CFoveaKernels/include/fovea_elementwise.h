// fovea_elementwise.h: functions of each element, float32.
//
//   relu           out = in > 0 ? in : 0; NaN stays NaN
//   relu_gradient  out = result > 0 ? in : 0, where `in` is the gradient and `result` relu's result
//   exponential, logarithm, square_root, negate, hyperbolic_tangent
//   scale_shift    out = scale * in + shift
//
// Layout    dense; `count` elements; the order of axes does not matter.
// Requires  count >= 0. out may be in or result; else it overlaps neither.
// Numbers   exp and log are the C library's; the others are exact or rounded once.

#ifndef FOVEA_ELEMENTWISE_H
#define FOVEA_ELEMENTWISE_H

#include "fovea_kernels.h"

typedef struct {
  long count;
  const float *_Nonnull in;
  const float *_Nullable result;
  float *_Nonnull out;
  float scale, shift;
} fovea_elementwise_arguments;

// How many tasks a pass over `count` elements is cut into, here and in other families.
long fovea_elementwise_tasks(long count);

#endif
