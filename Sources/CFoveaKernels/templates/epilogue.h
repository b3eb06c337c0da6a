// epilogue.h: the functions of fovea_epilogue.h on vectors.

FOVEA_INLINE vf activate(const fovea_epilogue *e, vf x) {
  switch (e->activation) {
    case fovea_activation_none:
      return x;
    case fovea_activation_clamp:
      return hardtanh_of(x, broadcast(e->parameters[0]), broadcast(e->parameters[1]));
    case fovea_activation_leaky_relu:
      return leaky_relu_of(x, broadcast(e->parameters[0]));
    case fovea_activation_silu:
      return silu_of(x);
    case fovea_activation_hardswish:
      return hardswish_of(x);
  }
  return x;
}

// All of the epilogue for n results of the channels at c; `at` is their place in the result.
FOVEA_INLINE vf finish(const fovea_epilogue *e, vf x, long c, long at, long n) {
  if (e->bias) x += load_part(e->bias + c, n);
  if (e->residual) x += load_part(e->residual + at, n);
  x = activate(e, x);
  if (e->mask) x = choose(load_part(e->mask + at, n) > zero(), x, zero());
  return x;
}

// Activation alone, in place, of `columns` results at each of `rows` places.
static void activate_rows(
    const fovea_epilogue *e, float *out, const long *offsets, long rows, long columns) {
  for (long row = 0; row < rows; row++) {
    float *to = out + offsets[row];
    long c = 0;
    for (; c + VW <= columns; c += VW) store(to + c, activate(e, load(to + c)));
    if (c < columns) store_part(to + c, activate(e, load_part(to + c, columns - c)), columns - c);
  }
}
