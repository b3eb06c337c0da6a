// convert.c: float32 numbers kept in 16 bits.

#include "kernel_run.h"

typedef struct {
  const char *name;
  int fraction_bits, bias;
} half_format;

static const half_format bfloat16 = {"bfloat16", 7, 127}, float16 = {"float16", 10, 15};

enum { patterns = 1 << 16 };

static int infinity_of(const half_format *f) { return (2 * f->bias + 1) << f->fraction_bits; }

static double value_of(const half_format *f, int bits) {
  const int size = bits & 0x7fff, exponent = size >> f->fraction_bits;
  const int implied = 1 << f->fraction_bits, fraction = size & (implied - 1);
  const double value =
      size > infinity_of(f)    ? NAN
      : size == infinity_of(f) ? INFINITY
      : exponent == 0          ? ldexp(fraction, 1 - f->bias - f->fraction_bits)
                      : ldexp(fraction + implied, exponent - f->bias - f->fraction_bits);
  return bits >> 15 ? -value : value;
}

// The nearest number of the format, of two as near the even one.
static double nearest_value(const half_format *f, double x) {
  if (!isfinite(x)) return x;
  int exponent;
  frexp(x, &exponent);
  if (exponent < 2 - f->bias) exponent = 2 - f->bias;
  const double place = ldexp(1, exponent - 1 - f->fraction_bits);
  const double nearest = rint(x / place) * place;
  const bool is_finite = fabs(nearest) <= value_of(f, infinity_of(f) - 1);
  return is_finite ? nearest : copysign(INFINITY, x);
}

static float float_of_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// MARK: To 16 bits

// NaN of all kinds; half the smallest number; what just becomes infinity, and what just does not.
static const uint32_t edges[] = {
    0x7fc00000, 0x7f800001, 0xffbfffff, 0x7fffffff, 0xffffffff, 0x7f800000, 0xff800000, 0x80000000,
    0x00000001, 0x80000001, 0x00007fff, 0x00008000, 0x00008001, 0x00800000, 0x33000000, 0x33000001,
    0x32ffffff, 0xb3000000, 0x387fdfff, 0x387fe000, 0x477fefff, 0x477ff000, 0xc77ff000, 0x7f7f7fff,
    0x7f7f8000, 0xff7f8000, 0x7f7fffff,
};
enum { edge_count = sizeof edges / sizeof *edges, any_count = 4096, each = 4 };
enum { most_floats = edge_count + any_count + each * patterns };

// The edges, then floats of any kind, then each number of 16 bits with the middle between it and
// the next, and what lies beside that.
static float float_at(const half_format *f, long index) {
  if (index < edge_count) return float_of_bits(edges[index]);
  if (index < edge_count + any_count) return float_of_bits((uint32_t)index * 0x9E3779B1u);
  const int pattern = (int)((index - edge_count - any_count) / each);
  const double value = value_of(f, pattern);
  const float middle = (float)((value + value_of(f, (pattern + 1) % patterns)) / 2);
  switch (index % each) {
    case 0: return (float)value;
    case 1: return middle;
    case 2: return nextafterf(middle, INFINITY);
    default: return nextafterf(middle, -INFINITY);
  }
}

static void test_narrow(const half_format *f, fovea_kernel kernel, long count) {
  begin_case("%ld floats to %s", count, f->name);
  float *in = given_floats(count, 0), *actual = given_floats(count, 0);
  double *expected = new_doubles(count);
  for (long i = 0; i < count; i++) {
    in[i] = float_at(f, i);
    expected[i] = nearest_value(f, (double)in[i]);
  }
  // Ends where the margin begins.
  uint16_t *out = (uint16_t *)unset_bytes((size_t)count * sizeof *out) + count % 2;
  const fovea_convert_arguments a = {.count = count, .in = in, .out = out};
  run_kernel(kernel, &a, fovea_elementwise_tasks(count));
  const int quiet = 1 << (f->fraction_bits - 1);
  for (long i = 0; i < count; i++) {
    // A NaN that is not quiet counts as 0.
    const bool is_wrong = (out[i] & 0x7fff) > infinity_of(f) && !(out[i] & quiet);
    actual[i] = is_wrong ? 0 : (float)value_of(f, out[i]);
  }
  expect_bits("result", actual, expected, count);
}

// MARK: From 16 bits

static void test_widen(const half_format *f, fovea_kernel kernel, long count) {
  begin_case("%ld numbers of %s to floats", count, f->name);
  uint16_t *in = (uint16_t *)given_floats((count + 1) / 2, 0);
  double *expected = new_doubles(count);
  for (long i = 0; i < count; i++) {
    in[i] = (uint16_t)(i * 40503);  // odd, so that each pattern comes once in 2^16
    expected[i] = value_of(f, in[i]);
  }
  const fovea_convert_arguments a = {.count = count, .in = in, .out = unset_floats(count)};
  run_kernel(kernel, &a, fovea_elementwise_tasks(count));
  expect_bits("result", a.out, expected, count);
}

static void test_format(const half_format *f, fovea_kernel narrow, fovea_kernel widen) {
  for (long count = 0; count <= 35; count++) {
    test_narrow(f, narrow, count);
    test_widen(f, widen, count);
  }
  test_narrow(f, narrow, most_floats);
  test_widen(f, widen, patterns + 3);
}

void test_convert(void) {
  test_format(&bfloat16, kernels->narrow_bfloat16, kernels->widen_bfloat16);
  test_format(&float16, kernels->narrow_float16, kernels->widen_float16);
}
