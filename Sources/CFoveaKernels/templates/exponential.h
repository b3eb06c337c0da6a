// exponential.h: exp and log of vectors, to two units in the last place.
//
// Polynomials of S. Moshier's Cephes library (single/expf.c, single/logf.c).

// 2^n for -126 <= n <= 127.
FOVEA_INLINE vf power_of_two(vi n) { return (vf)((n + 127) << 23); }

// e^x is (1 + rest) 2^n.
typedef struct {
  vf rest;
  vi n;
} exponential_parts;

FOVEA_INLINE exponential_parts exponential_parts_of(vf x) {
  // Adding 1.5 * 2^23 rounds to a whole number, which is then in the low bits.
  const vf shifted = multiply_add(x, broadcast(1.44269504f), broadcast(12582912));
  const vf whole = shifted - broadcast(12582912);
  vf r = multiply_add(whole, broadcast(-0.693359375f), x);
  r = multiply_add(whole, broadcast(2.12194440e-4f), r);
  vf p = broadcast(1.9875691500e-4f);
  p = multiply_add(p, r, broadcast(1.3981999507e-3f));
  p = multiply_add(p, r, broadcast(8.3334519073e-3f));
  p = multiply_add(p, r, broadcast(4.1665795894e-2f));
  p = multiply_add(p, r, broadcast(1.6666665459e-1f));
  p = multiply_add(p, r, broadcast(5.0000001201e-1f));
  return (exponential_parts){
      multiply_add(p, r * r, r), (vi)shifted - (vi)broadcast(12582912)};
}

FOVEA_INLINE vf exponential_of(vf x) {
  // Beyond these, the result is 0 or infinity; NaN passes both comparisons.
  x = choose(x < broadcast(-104), broadcast(-104), x);
  x = choose(x > broadcast(89), broadcast(89), x);
  const exponential_parts e = exponential_parts_of(x);
  // In two steps, as 2^n alone may be too large or too small for a float.
  const vi half = e.n >> 1;
  return (e.rest + broadcast(1)) * power_of_two(half) * power_of_two(e.n - half);
}

// e^x - 1 of x <= 0, which keeps its digits near 0.
FOVEA_INLINE vf exponential_less_one_of(vf x) {
  const exponential_parts e = exponential_parts_of(choose(x < broadcast(-80), broadcast(-80), x));
  const vf power = power_of_two(e.n);
  return multiply_add(power, e.rest, power - broadcast(1));
}

FOVEA_INLINE vf logarithm_of(vf x) {
  const vi is_subnormal = x < broadcast(0x1p-126f);
  const vf scaled = choose(is_subnormal, x * broadcast(0x1p25f), x);
  // x = 2^n * m with sqrt(1/2) <= m < sqrt(2).
  const vi bits = (vi)scaled - 0x3f3504f3;
  const vi n = (bits >> 23) - (is_subnormal & 25);
  const vf m = (vf)((bits & 0x007fffff) + 0x3f3504f3);
  const vf e = __builtin_convertvector(n, vf);
  const vf r = m - broadcast(1), square = r * r;
  vf p = broadcast(7.0376836292e-2f);
  p = multiply_add(p, r, broadcast(-1.1514610310e-1f));
  p = multiply_add(p, r, broadcast(1.1676998740e-1f));
  p = multiply_add(p, r, broadcast(-1.2420140846e-1f));
  p = multiply_add(p, r, broadcast(1.4249322787e-1f));
  p = multiply_add(p, r, broadcast(-1.6668057665e-1f));
  p = multiply_add(p, r, broadcast(2.0000714765e-1f));
  p = multiply_add(p, r, broadcast(-2.4999993993e-1f));
  p = multiply_add(p, r, broadcast(3.3333331174e-1f));
  vf y = p * r * square;
  y = multiply_add(e, broadcast(-2.12194440e-4f), y);
  y = multiply_add(square, broadcast(-0.5f), y);
  y = multiply_add(e, broadcast(0.693359375f), r + y);
  // Of infinity and NaN, themselves; of 0, -infinity; of less, NaN.
  y = choose(x < broadcast(INFINITY), y, x);
  y = choose(x > zero(), y, choose(x == zero(), broadcast(-INFINITY), broadcast(NAN)));
  return choose(x != x, x, y);
}
