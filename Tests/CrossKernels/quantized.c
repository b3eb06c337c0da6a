// quantized.c: convolution of 8-bit numbers. Sums are exact, so results must have the same bits.

#include "convolution_case.h"
#include "fovea_quantized_conv2d.h"

// Whose pixels would lie a page apart.
static const convolution_case wide_case = {1, 2, 5, 1024, 6, 1, 1, 3, 1, 2, 1, 1, 0, 1};
// As many products in a sum as are supported.
static const convolution_case largest_case = {1, 16, 16, 256, 3, 1, 16, 16, 1, 1, 1, 1, 0, 0};
static const convolution_case small_case = {1, 5, 6, 3, 7, 1, 3, 3, 1, 1, 1, 1, 1, 1};

static const int32_t zero_points[] = {0, 100, 255};

typedef fovea_quantized_conv2d_arguments arguments;

static arguments begin_arguments(const convolution_case *c, int32_t zero_point, float input_scale) {
  char how[64];
  snprintf(how, sizeof how, "8-bit (0 is %d)", zero_point);
  begin_convolution(c, how);
  const fovea_conv2d_geometry g = geometry_of(c);
  return (arguments){
      .geometry = g, .in = random_floats(in_count_of(&g)), .input_scale = input_scale,
      .zero_point = zero_point, .weight = random_floats(weight_count_of(&g)),
      .packed = unset_bytes(fovea_quantized_conv2d_packed_bytes(kernels, &g)),
      .workspace = unset_bytes(fovea_quantized_conv2d_workspace_bytes(kernels, &g)),
      .out = unset_floats(out_count_of(&g))};
}

// MARK: Plain loops

// Without the zero point. Each rounding to float32 is a statement, here and below, so that the
// compiler fuses none.
static double *image_numbers(const arguments *a) {
  const long count = in_count_of(&a->geometry);
  const float inverse = 1 / a->input_scale;
  double *numbers = new_doubles(count);
  for (long i = 0; i < count; i++) {
    const float product = a->in[i] * inverse;
    const double least = -a->zero_point, most = 255 - a->zero_point;
    numbers[i] = isnan(product) ? least : rint(fmin(fmax((double)product, least), most));
  }
  return numbers;
}

// The numbers of one output's weights; returns what its sums are multiplied by.
static float weight_numbers(const arguments *a, long o, double *numbers) {
  const long count = weight_count_of(&a->geometry) / a->geometry.out_channels;
  const float *weight = a->weight + o * count;
  float largest = 0;
  for (long i = 0; i < count; i++) {
    if (!isfinite(weight[i])) return NAN;
    largest = fmaxf(largest, fabsf(weight[i]));
  }
  const bool vanishes = largest < 0x1p-120f;
  const float inverse = vanishes ? 0 : 127 / largest, unit = vanishes ? 0 : largest / 127;
  for (long i = 0; i < count; i++) {
    const float product = weight[i] * inverse;
    numbers[i] = rint((double)product);
  }
  const float factor = a->input_scale * unit;
  return a->weight_scale ? factor * a->weight_scale[o] : factor;
}

static double sum_of(
    const fovea_conv2d_geometry *g, long index, const double *image, const double *weight) {
  double sum = 0;
  for (long r = 0; r < g->kernel_height; r++)
    for (long s = 0; s < g->kernel_width; s++, weight += g->in_channels) {
      const long pixel = pixel_under(g, index, r, s);
      for (long i = 0; i < g->in_channels && pixel >= 0; i++) sum += image[pixel + i] * weight[i];
    }
  return sum;
}

static void test_arguments(const arguments *a) {
  fovea_step steps[2 * fovea_conv2d_max_steps];
  long count = fovea_quantized_conv2d_pack_steps(kernels, a, steps);
  count += fovea_quantized_conv2d_steps(kernels, a, steps + count);
  run_steps(steps, count, 0);

  const fovea_conv2d_geometry *g = &a->geometry;
  const fovea_epilogue *e = &a->epilogue;
  const long results = out_count_of(g), channels = g->out_channels;
  double *image = image_numbers(a), *weight = new_doubles(weight_count_of(g) / channels);
  double *expected = new_doubles(results);
  for (long o = 0; o < channels; o++) {
    const float factor = weight_numbers(a, o, weight);
    for (long index = o; index < results; index += channels) {
      float result = (float)sum_of(g, index, image, weight);
      result *= factor;
      if (e->bias) result += e->bias[o];
      if (e->residual) result += e->residual[index];
      expected[index] = activated(e, (double)result);
    }
  }
  if (e->activation == fovea_activation_silu || e->activation == fovea_activation_hardswish)
    expect_values("result", a->out, expected, results, 8 * rounding, 8 * rounding);
  else
    expect_bits("result", a->out, expected, results);
}

// MARK: Cases

// Images go beyond what bytes hold.
static void test_case(const convolution_case *c, long number) {
  for (int i = 0; i < 3; i++) {
    arguments a = begin_arguments(c, zero_points[i], 0.005f);
    a.epilogue = epilogue_of(&a.geometry, number);
    if (number % 2 == 1) a.weight_scale = random_floats(c->out_channels);
    test_arguments(&a);
  }
}

static void test_largest_sums(void) {
  for (int i = 0; i < 3; i++) {
    arguments a = begin_arguments(&largest_case, zero_points[i], 0.01f);
    a.in = given_floats(in_count_of(&a.geometry), zero_points[i] == 0 ? 1000 : -1000);
    a.weight = given_floats(weight_count_of(&a.geometry), 1);
    test_arguments(&a);
  }
}

// All numbers lie half way between two integers, but for one of each output that sets the scale.
static void test_ties(void) {
  for (int i = 0; i < 3; i++) {
    arguments a = begin_arguments(&small_case, zero_points[i], 0.25f);
    const long inputs = in_count_of(&a.geometry), weights = weight_count_of(&a.geometry);
    float *in = given_floats(inputs, 0), *weight = given_floats(weights, 0);
    for (long j = 0; j < inputs; j++) in[j] = ((float)(j % 97 - 48) + 0.5f) * a.input_scale;
    for (long j = 0; j < weights; j++)
      weight[j] = j % (weights / small_case.out_channels) == 4 ? -127 : (float)(j % 21 - 10) + 0.5f;
    a.in = in;
    a.weight = weight;
    test_arguments(&a);
  }
}

// Images of anything; outputs of small and of vanishing weights, of zeros, of what is not finite.
static void test_special_numbers(void) {
  static const float values[] = {NAN, INFINITY, -INFINITY, 0, -0.0f, 1e38f, -1e38f, 0x1p-140f};
  static const float largest[] = {0.25f, 0x1p-130f, 0x1p-122f, 0x1p-119f, 0, NAN, -INFINITY};
  for (int i = 0; i < 3; i++) {
    arguments a = begin_arguments(&small_case, zero_points[i], 0.01f);
    const long inputs = in_count_of(&a.geometry), weights = weight_count_of(&a.geometry);
    const long window = weights / small_case.out_channels;
    float *in = given_floats(inputs, 0), *weight = given_floats(weights, 0);
    for (long j = 0; j < inputs; j++) in[j] = values[j % 8];
    for (long j = 0; j < weights; j++) weight[j] = j % 4 == 0 ? largest[j / window] : 0;
    a.in = in;
    a.weight = weight;
    test_arguments(&a);
  }
}

void test_quantized(void) {
  for (long i = 0; i < direct_case_count; i++)
    if (direct_cases[i].groups == 1) test_case(&direct_cases[i], i);
  for (long pixels = 1; pixels <= 16; pixels++) {
    const convolution_case points = points_case(pixels);
    test_case(&points, pixels);
  }
  test_case(&wide_case, 0);
  test_largest_sums();
  test_ties();
  test_special_numbers();
}
