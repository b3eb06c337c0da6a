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
//   gelu                 out = in * P(in), where P is the standard normal distribution's probability
//   gelu_gradient        out = in * (P(x) + x * P'(x)), where x is `result`
//   gelu_tanh            out = in * s(2 * u(in)), where u(x) = sqrt(2 / pi) * (x + 0.044715 x^3)
//   gelu_tanh_gradient   out = in times its slope at `result`
//   elu                  out = in > 0 ? in : slope * (e^in - 1)
//   elu_gradient         out = result > 0 ? in : in * (result + slope)
//   softplus             out = slope * in > maximum ? in : log(1 + e^(slope * in)) / slope
//   softplus_gradient    out = slope * x > maximum ? in : in * s(slope * x), where x is `result`
//   mish                 out = in * tanh(log(1 + e^in))
//   mish_gradient        out = in times its slope at `result`
//
// In gradients `in` is the output's gradient; `result` is the function's result or input, which for
// the first two is the same where slope >= 0.
//
// Layout    dense; `count` elements; the order of axes does not matter.
// Requires  count >= 0. out may be in or result; else it overlaps neither.
// Numbers   A function is within 2.5e-7 of its true value, relatively, and nothing overflows on the
//           way; below -87 a subnormal exponential costs sigmoid and silu digits, by 2^-149 * |x| at
//           most. The slopes of silu and hardswish pass through 0: they are within 4e-7, absolutely.
//           gelu is within (1e-6 + 4e-8 x^2) of its true value, relatively, gelu_tanh, where it is
//           below 0, within 4e-7 * |x|, absolutely, elu and softplus within 4e-7 and mish within 5e-7,
//           relatively; the slopes of all these are within 1e-6, absolutely.
//           A function of NaN is NaN; those with a factor `in` are of negative infinity, as 0 * infinity.

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
