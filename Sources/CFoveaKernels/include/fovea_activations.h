// fovea_activations.h: activation functions of each element, and their gradients, float32.
//
//   leaky_relu           out = in > 0 ? in : slope * in
//   leaky_relu_gradient  out = result > 0 ? in : slope * in
//   hardtanh             out = in < minimum ? minimum : in > maximum ? maximum : in
//   hardtanh_gradient    out = minimum < result && result < maximum ? in : 0
//   sigmoid              out = s(in), where s(x) = 1 / (1 + e^-x)
//   silu                 out = in * s(in)
//   silu_gradient        out = in * s(x) * (1 + x * (1 - s(x))), where x is `result`
//   hardsigmoid          out = h(in), where h(x) = (x + 3, held to 0 and 6) / 6
//   hardswish            out = in * h(in)
//   hardswish_gradient   out = x <= -3 ? 0 : x >= 3 ? in : in * (x / 3 + 1/2), where x is `result`
//
// In gradients `in` is the output's gradient; `result` is the function's result or input, which for
// the first two is the same where slope >= 0.
//
// Layout    dense; `count` elements; the order of axes does not matter.
// Requires  count >= 0. out may be in or result; else it overlaps neither.
// Numbers   A function is within 2.5e-7 of its true value, relatively, and nothing overflows on the
//           way; below -87 a subnormal exponential costs sigmoid and silu digits, by 2^-149 * |x| at
//           most. The slopes of silu and hardswish pass through 0: they are within 4e-7, absolutely.
//           A function of NaN is NaN; silu and hardswish of negative infinity are, as 0 * infinity.

#ifndef FOVEA_ACTIVATIONS_H
#define FOVEA_ACTIVATIONS_H

#include "fovea_kernels.h"

// The tasks of a pass are fovea_elementwise_tasks(count).
typedef struct {
  long count;
  const float *_Nonnull in;
  const float *_Nullable result;
  float *_Nonnull out;
  float slope, minimum, maximum;
} fovea_activation_arguments;

#endif
