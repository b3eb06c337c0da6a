// activations_f32.h: the kernels of fovea_activations.h.

// Defines a kernel whose result for the n elements at i is RESULT.
#define FOVEA_ACTIVATION(name, RESULT)                                             \
  static void FOVEA_NAME(name)(const void *arguments, void *scratch, long task) {  \
    (void)scratch;                                                                 \
    const fovea_activation_arguments *a = arguments;                               \
    const float *in = a->in, *result = a->result;                                  \
    const vf slope = broadcast(a->slope);                                          \
    const vf minimum = broadcast(a->minimum), maximum = broadcast(a->maximum);     \
    (void)result, (void)slope, (void)minimum, (void)maximum;                       \
    float *out = a->out;                                                           \
    const fovea_range range = fovea_chunk(task, a->count);                         \
    long i = range.start, n = VW;                                                  \
    for (; i + VW <= range.end; i += VW) store(out + i, RESULT);                   \
    n = range.end - i;                                                             \
    if (n > 0) store_part(out + i, RESULT, n);                                     \
  }

FOVEA_INLINE vf inside_of(vf x, vf minimum, vf maximum, vf gradient) {
  return choose((minimum < x) & (x < maximum), gradient, zero());
}

FOVEA_ACTIVATION(leaky_relu, leaky_relu_of(load_part(in + i, n), slope))
FOVEA_ACTIVATION(
    leaky_relu_gradient,
    load_part(in + i, n) *
        choose(load_part(result + i, n) > zero(), broadcast(1), slope))
FOVEA_ACTIVATION(hardtanh, hardtanh_of(load_part(in + i, n), minimum, maximum))
FOVEA_ACTIVATION(
    hardtanh_gradient,
    inside_of(load_part(result + i, n), minimum, maximum, load_part(in + i, n)))
FOVEA_ACTIVATION(sigmoid, sigmoid_of(load_part(in + i, n)))
FOVEA_ACTIVATION(silu, silu_of(load_part(in + i, n)))
FOVEA_ACTIVATION(
    silu_gradient, load_part(in + i, n) * silu_slope_of(load_part(result + i, n)))
FOVEA_ACTIVATION(hardsigmoid, hardsigmoid_of(load_part(in + i, n)))
FOVEA_ACTIVATION(hardswish, hardswish_of(load_part(in + i, n)))
FOVEA_ACTIVATION(
    hardswish_gradient, load_part(in + i, n) * hardswish_slope_of(load_part(result + i, n)))
FOVEA_ACTIVATION(gelu, gelu_of(load_part(in + i, n)))
FOVEA_ACTIVATION(gelu_gradient, load_part(in + i, n) * gelu_slope_of(load_part(result + i, n)))
FOVEA_ACTIVATION(gelu_tanh, gelu_tanh_of(load_part(in + i, n)))
FOVEA_ACTIVATION(
    gelu_tanh_gradient, load_part(in + i, n) * gelu_tanh_slope_of(load_part(result + i, n)))
FOVEA_ACTIVATION(elu, elu_of(load_part(in + i, n), slope))
FOVEA_ACTIVATION(
    elu_gradient, load_part(in + i, n) * elu_slope_of(load_part(result + i, n), slope))
FOVEA_ACTIVATION(softplus, softplus_of(load_part(in + i, n), slope, maximum))
FOVEA_ACTIVATION(
    softplus_gradient,
    load_part(in + i, n) * softplus_slope_of(load_part(result + i, n), slope, maximum))
FOVEA_ACTIVATION(mish, mish_of(load_part(in + i, n)))
FOVEA_ACTIVATION(mish_gradient, load_part(in + i, n) * mish_slope_of(load_part(result + i, n)))

#undef FOVEA_ACTIVATION
