// smooth_activation.h: GELU, ELU, softplus and Mish of vectors; fovea_activations.h has the formulas.

// P(x) that a standard normal number is at most x, and its density.
typedef struct {
  vf probability, density;
} normal_distribution;

// Of |x| <= 16. With z = |x|, 1 - P(z) is exp(-z^2 / 2) times a function of t = 1 / (1 + 0.35 z), which
// a polynomial meets within 4e-7, relatively.
FOVEA_INLINE normal_distribution normal_distribution_of(vf x) {
  const vf z = choose(x < zero(), -x, x);
  const vf t = broadcast(1) / multiply_add(broadcast(0.35f), z, broadcast(1));
  const vf s = multiply_add(broadcast(2), t, broadcast(-1));
  vf p = broadcast(-1.139267915e-4f);
  p = multiply_add(p, s, broadcast(2.141123696e-4f));
  p = multiply_add(p, s, broadcast(6.900519365e-4f));
  p = multiply_add(p, s, broadcast(-1.754409750e-3f));
  p = multiply_add(p, s, broadcast(-5.108729471e-3f));
  p = multiply_add(p, s, broadcast(1.023386139e-2f));
  p = multiply_add(p, s, broadcast(7.109894603e-2f));
  p = multiply_add(p, s, broadcast(1.714958102e-1f));
  p = multiply_add(p, s, broadcast(2.532442808e-1f));
  // What rounding took from the square, where one instruction can tell.
  const vf square = z * z, rest = multiply_add(z, z, -square);
  const vf e =
      exponential_of(broadcast(-0.5f) * square) * multiply_add(broadcast(-0.5f), rest, broadcast(1));
  const vf beyond = p * t * e;
  return (normal_distribution){
      choose(x < zero(), beyond, broadcast(1) - beyond), e * broadcast(0.398942280f)};
}

// x, held to where GELU's slope is still neither 0 nor 1, so that nothing overflows.
FOVEA_INLINE vf held_for_gelu(vf x) { return hardtanh_of(x, broadcast(-16), broadcast(16)); }

FOVEA_INLINE vf gelu_of(vf x) { return x * normal_distribution_of(held_for_gelu(x)).probability; }

FOVEA_INLINE vf gelu_slope_of(vf x) {
  const vf held = held_for_gelu(x);
  const normal_distribution n = normal_distribution_of(held);
  return multiply_add(held, n.density, n.probability);
}

// 0.5 (1 + tanh u) is the logistic function of 2u, which is this one of x.
FOVEA_INLINE logistic gelu_tanh_logistic(vf x) {
  const vf factor = multiply_add(x * x, broadcast(0.0713548163f), broadcast(1.59576912f));
  return logistic_of(x * factor);
}

FOVEA_INLINE vf gelu_tanh_of(vf x) { return x * gelu_tanh_logistic(held_for_gelu(x)).value; }

FOVEA_INLINE vf gelu_tanh_slope_of(vf x) {
  const vf held = held_for_gelu(x);
  const logistic s = gelu_tanh_logistic(held);
  const vf slope = multiply_add(held * held, broadcast(0.214064449f), broadcast(1.59576912f));
  return s.value * multiply_add(held * slope, s.complement, broadcast(1));
}

FOVEA_INLINE vf elu_of(vf x, vf alpha) {
  return choose(x > zero(), x, alpha * exponential_less_one_of(choose(x > zero(), zero(), x)));
}

// From the result, which has the input's sign.
FOVEA_INLINE vf elu_slope_of(vf result, vf alpha) {
  return choose(result > zero(), broadcast(1), result + alpha);
}

// log(1 + e^(beta x)) / beta, or x where beta x is above `threshold`.
FOVEA_INLINE vf softplus_of(vf x, vf beta, vf threshold) {
  const vf z = beta * x, small = exponential_of(choose(z < zero(), z, -z));
  // The logarithm of a rounded sum, and what rounding took from it.
  const vf sum = broadcast(1) + small;
  const vf logarithm = logarithm_of(sum) + (small - (sum - broadcast(1))) / sum;
  return choose(z > threshold, x, choose(z < zero(), logarithm, z + logarithm) / beta);
}

FOVEA_INLINE vf softplus_slope_of(vf x, vf beta, vf threshold) {
  return choose(beta * x > threshold, broadcast(1), sigmoid_of(beta * x));
}

// w = tanh(log(1 + e^x)) and 1 - w^2, as quotients of polynomials in e^-|x|.
typedef struct {
  vf value, complement;
} mish_gate;

FOVEA_INLINE mish_gate mish_gate_of(vf x) {
  const vi is_negative = x < zero();
  const vf e = exponential_of(choose(is_negative, x, -x));
  const vf below = multiply_add(e, e, e + e), above = multiply_add(broadcast(2), e, broadcast(1));
  const vf numerator = choose(is_negative, below, above);
  const vf rest = choose(is_negative, broadcast(2), broadcast(2) * e * e);
  const vf denominator = numerator + rest;
  const vf quotient = rest / denominator;
  return (mish_gate){
      numerator / denominator, quotient * (broadcast(2) - quotient)};
}

FOVEA_INLINE vf mish_of(vf x) { return x * mish_gate_of(x).value; }

FOVEA_INLINE vf mish_slope_of(vf x) {
  const mish_gate w = mish_gate_of(x);
  return multiply_add(x * w.complement, sigmoid_of(x), w.value);
}
