// activation.h: activation functions of vectors; fovea_activations.h has the formulas.

FOVEA_INLINE vf leaky_relu_of(vf x, vf slope) { return choose(x > zero(), x, slope * x); }

// NaN passes both comparisons.
FOVEA_INLINE vf hardtanh_of(vf x, vf minimum, vf maximum) {
  return choose(x < minimum, minimum, choose(x > maximum, maximum, x));
}

// s(x) and 1 - s(x), each as a quotient of its own, so that neither loses digits near 0.
typedef struct {
  vf value, complement;
} logistic;

FOVEA_INLINE logistic logistic_of(vf x) {
  const vi is_negative = x < zero();
  const vf small = exponential_of(choose(is_negative, x, -x));
  const vf large = broadcast(1), sum = large + small;
  return (logistic){
      choose(is_negative, small, large) / sum, choose(is_negative, large, small) / sum};
}

FOVEA_INLINE vf sigmoid_of(vf x) { return logistic_of(x).value; }
FOVEA_INLINE vf silu_of(vf x) { return x * sigmoid_of(x); }

FOVEA_INLINE vf silu_slope_of(vf x) {
  const logistic s = logistic_of(x);
  return s.value * multiply_add(x, s.complement, broadcast(1));
}

FOVEA_INLINE vf hardsigmoid_of(vf x) {
  return hardtanh_of(x + broadcast(3), zero(), broadcast(6)) / broadcast(6);
}

FOVEA_INLINE vf hardswish_of(vf x) { return x * hardsigmoid_of(x); }

FOVEA_INLINE vf hardswish_slope_of(vf x) {
  const vf parabola = multiply_add(x, broadcast(1.0f / 3), broadcast(0.5f));
  return choose(x <= broadcast(-3), zero(), choose(x >= broadcast(3), broadcast(1), parabola));
}
