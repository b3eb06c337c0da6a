// elementwise_f32.h: the kernels of fovea_elementwise.h.

// Defines a kernel whose result is VECTOR for VW elements at i, and SCALAR for one.
#define FOVEA_ELEMENTWISE(name, VECTOR, SCALAR)                                             \
  static void FOVEA_NAME(name)(const void *arguments, void *scratch, long task) {           \
    (void)scratch;                                                                          \
    const fovea_elementwise_arguments *a = arguments;                                       \
    const float *in = a->in, *result = a->result;                                           \
    (void)result;                                                                           \
    float *out = a->out;                                                                    \
    const fovea_range range = fovea_chunk(task, a->count);                                  \
    long i = range.start;                                                                   \
    for (; i + VW <= range.end; i += VW) store(out + i, VECTOR);                            \
    for (; i < range.end; i++) out[i] = SCALAR;                                             \
  }

// Defines a kernel for which the C library has a function of one number alone.
#define FOVEA_ELEMENTWISE_LIBRARY(name, function)                                           \
  static void FOVEA_NAME(name)(const void *arguments, void *scratch, long task) {           \
    (void)scratch;                                                                          \
    const fovea_elementwise_arguments *a = arguments;                                       \
    const fovea_range range = fovea_chunk(task, a->count);                                  \
    for (long i = range.start; i < range.end; i++) a->out[i] = function(a->in[i]);          \
  }

FOVEA_INLINE vf FOVEA_NAME(relu_vector)(vf x) { return choose(x <= zero(), zero(), x); }

FOVEA_ELEMENTWISE(relu, FOVEA_NAME(relu_vector)(load(in + i)), in[i] <= 0 ? 0 : in[i])
FOVEA_ELEMENTWISE(
    relu_gradient, choose(load(result + i) > zero(), load(in + i), zero()),
    result[i] > 0 ? in[i] : 0)
FOVEA_ELEMENTWISE(negate, -load(in + i), -in[i])
FOVEA_ELEMENTWISE(
    scale_shift, broadcast(a->scale) * load(in + i) + broadcast(a->shift),
    a->scale * in[i] + a->shift)
FOVEA_ELEMENTWISE_LIBRARY(exponential, expf)
FOVEA_ELEMENTWISE_LIBRARY(logarithm, logf)
FOVEA_ELEMENTWISE_LIBRARY(square_root, sqrtf)
FOVEA_ELEMENTWISE_LIBRARY(hyperbolic_tangent, tanhf)

#undef FOVEA_ELEMENTWISE
#undef FOVEA_ELEMENTWISE_LIBRARY
