// elementwise_f32.h: the kernels of fovea_elementwise.h.

// Defines a kernel whose result for the n elements at i is RESULT.
#define FOVEA_ELEMENTWISE(name, RESULT)                                            \
  static void FOVEA_NAME(name)(const void *arguments, void *scratch, long task) {  \
    (void)scratch;                                                                 \
    const fovea_elementwise_arguments *a = arguments;                              \
    const float *in = a->in, *result = a->result;                                  \
    const vf scale = broadcast(a->scale), shift = broadcast(a->shift);             \
    (void)result, (void)scale, (void)shift;                                        \
    float *out = a->out;                                                           \
    const fovea_range range = fovea_chunk(task, a->count);                         \
    long i = range.start, n = VW;                                                  \
    for (; i + VW <= range.end; i += VW) store(out + i, RESULT);                   \
    n = range.end - i;                                                             \
    if (n > 0) store_part(out + i, RESULT, n);                                     \
  }

// The C library's, lane by lane: no network that is named here spends its time in it.
FOVEA_INLINE vf hyperbolic_tangent_of(vf x) {
  vf y = x;
  for (long lane = 0; lane < VW; lane++) y[lane] = tanhf(x[lane]);
  return y;
}

FOVEA_INLINE vf positive_or_nan(vf x) { return choose(x <= zero(), zero(), x); }

FOVEA_ELEMENTWISE(relu, positive_or_nan(load_part(in + i, n)))
FOVEA_ELEMENTWISE(
    relu_gradient, choose(load_part(result + i, n) > zero(), load_part(in + i, n), zero()))
FOVEA_ELEMENTWISE(negate, -load_part(in + i, n))
FOVEA_ELEMENTWISE(scale_shift, multiply_add(scale, load_part(in + i, n), shift))
FOVEA_ELEMENTWISE(exponential, exponential_of(load_part(in + i, n)))
FOVEA_ELEMENTWISE(logarithm, logarithm_of(load_part(in + i, n)))
FOVEA_ELEMENTWISE(hyperbolic_tangent, hyperbolic_tangent_of(load_part(in + i, n)))
FOVEA_ELEMENTWISE(square_root, __builtin_elementwise_sqrt(load_part(in + i, n)))

#undef FOVEA_ELEMENTWISE
