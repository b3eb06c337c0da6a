// group_norm.c: normalisation of groups of channels, and local response normalisation, with gradients.

#include "kernel_run.h"

// What sums in float32 of a block of rows may lose, relatively to the largest result.
static const double tolerance = 272 * 0x1p-24;
static const float epsilon = 1e-3f;

static void expect(const char *what, const float *actual, const double *expected, long count) {
  expect_values(what, actual, expected, count, 0, tolerance * largest_magnitude(expected, count));
}

// MARK: Groups

typedef struct {
  long images, rows, channels, groups, count;
  float *in, *weight, *bias;
  double *mean, *inverse_deviation;
} group_norm_data;

// Which mean and deviation an element has.
static long group_of(const group_norm_data *d, long index) {
  const long c = index % d->channels, image = index / (d->rows * d->channels);
  return image * d->groups + c / (d->channels / d->groups);
}

static double normalised(const group_norm_data *d, long index) {
  const long group = group_of(d, index);
  return ((double)d->in[index] - d->mean[group]) * d->inverse_deviation[group];
}

// Without parameters in every second case.
static group_norm_data begin_data(
    const char *how, long images, long rows, long channels, long groups) {
  begin_case(
      "group normalisation, %s, of %ld×%ld×%ld in %ld", how, images, rows, channels, groups);
  group_norm_data d = {
      .images = images, .rows = rows, .channels = channels, .groups = groups,
      .count = images * rows * channels, .in = random_floats(images * rows * channels)};
  for (long i = 0; i < d.count; i++) d.in[i] += 0.5f;
  if (images % 2 == 1) {
    d.weight = random_floats(channels);
    d.bias = random_floats(channels);
  }
  const double each = (double)rows * (double)(channels / groups);
  d.mean = new_doubles(images * groups);
  d.inverse_deviation = new_doubles(images * groups);
  for (long i = 0; i < d.count; i++) d.mean[group_of(&d, i)] += (double)d.in[i] / each;
  for (long i = 0; i < d.count; i++) {
    const double deviation = (double)d.in[i] - d.mean[group_of(&d, i)];
    d.inverse_deviation[group_of(&d, i)] += deviation * deviation / each;
  }
  for (long i = 0; i < images * groups; i++)
    d.inverse_deviation[i] = 1 / sqrt(d.inverse_deviation[i] + (double)epsilon);
  return d;
}

static void test_forward(long images, long rows, long channels, long groups) {
  const group_norm_data d = begin_data("forward", images, rows, channels, groups);
  const fovea_group_norm_arguments a = {
      .images = images, .rows = rows, .channels = channels, .groups = groups, .epsilon = epsilon,
      .in = d.in, .weight = d.weight, .bias = d.bias,
      .workspace = unset_bytes(fovea_group_norm_workspace_bytes(images, rows, channels, groups)),
      .out = unset_floats(d.count), .mean = unset_floats(images * groups),
      .inverse_deviation = unset_floats(images * groups)};
  fovea_step steps[fovea_group_norm_max_steps];
  const long count = fovea_group_norm_steps(kernels, &a, steps);
  run_steps(steps, count, fovea_group_norm_scratch_bytes(rows, channels, groups));
  double *out = new_doubles(d.count);
  for (long i = 0; i < d.count; i++) {
    const long c = i % channels;
    out[i] = normalised(&d, i) * (d.weight ? (double)d.weight[c] : 1)
             + (d.bias ? (double)d.bias[c] : 0);
  }
  expect("result", a.out, out, d.count);
  expect("mean", a.mean, d.mean, images * groups);
  expect("inverse deviation", a.inverse_deviation, d.inverse_deviation, images * groups);
}

static float *rounded(const double *values, long count) {
  float *floats = given_floats(count, 0);
  for (long i = 0; i < count; i++) floats[i] = (float)values[i];
  return floats;
}

static void test_gradient(long images, long rows, long channels, long groups) {
  const group_norm_data d = begin_data("gradient", images, rows, channels, groups);
  const fovea_group_norm_gradient_arguments a = {
      .images = images, .rows = rows, .channels = channels, .groups = groups, .in = d.in,
      .out_gradient = random_floats(d.count), .mean = rounded(d.mean, images * groups),
      .inverse_deviation = rounded(d.inverse_deviation, images * groups), .weight = d.weight,
      .workspace = unset_bytes(fovea_group_norm_workspace_bytes(images, rows, channels, groups)),
      .in_gradient = unset_floats(d.count),
      .weight_gradient = d.weight ? unset_floats(channels) : NULL,
      .bias_gradient = d.weight ? unset_floats(channels) : NULL};
  fovea_step steps[fovea_group_norm_max_steps];
  const long count = fovea_group_norm_gradient_steps(kernels, &a, steps);
  run_steps(steps, count, fovea_group_norm_scratch_bytes(rows, channels, groups));

  double *weight = new_doubles(channels), *bias = new_doubles(channels);
  double *mean = new_doubles(images * groups), *product = new_doubles(images * groups);
  double *in = new_doubles(d.count);
  const double each = (double)rows * (double)(channels / groups);
  for (long i = 0; i < d.count; i++) {
    const double own = (double)a.out_gradient[i];
    weight[i % channels] += own * normalised(&d, i);
    bias[i % channels] += own;
    in[i] = own * (d.weight ? (double)d.weight[i % channels] : 1);
    mean[group_of(&d, i)] += in[i] / each;
    product[group_of(&d, i)] += in[i] * normalised(&d, i) / each;
  }
  for (long i = 0; i < d.count; i++) {
    const long group = group_of(&d, i);
    in[i] = d.inverse_deviation[group]
            * (in[i] - mean[group] - normalised(&d, i) * product[group]);
  }
  expect("input gradient", a.in_gradient, in, d.count);
  if (!d.weight) return;
  expect("weight gradient", a.weight_gradient, weight, channels);
  expect("bias gradient", a.bias_gradient, bias, channels);
}

// MARK: Neighbouring channels

static void test_local_response(long pixels, long channels, long size) {
  begin_case("local response normalisation of %ld×%ld over %ld", pixels, channels, size);
  const long count = pixels * channels, before = size / 2, after = (size - 1) / 2;
  const double alpha = 0.5, beta = 0.75, k = 2;
  fovea_local_response_norm_arguments a = {
      .pixels = pixels, .channels = channels, .size = size, .alpha = 0.5f, .beta = 0.75f, .k = 2,
      .in = random_floats(count), .gradient = random_floats(count), .out = unset_floats(count)};
  double *base = new_doubles(count), *out = new_doubles(count), *in = new_doubles(count);
  for (long i = 0; i < count; i++) {
    const long c = i % channels;
    base[i] = k;
    for (long d = c - before; d <= c + after; d++)
      if (0 <= d && d < channels)
        base[i] += alpha / (double)size * pow((double)a.in[i - c + d], 2);
    out[i] = (double)a.in[i] * pow(base[i], -beta);
  }
  for (long i = 0; i < count; i++) {
    const long c = i % channels;
    in[i] += (double)a.gradient[i] * pow(base[i], -beta);
    const double shared = -2 * alpha * beta / (double)size * (double)a.gradient[i]
                          * (double)a.in[i] * pow(base[i], -beta - 1);
    for (long d = c - before; d <= c + after; d++)
      if (0 <= d && d < channels) in[i - c + d] += shared * (double)a.in[i - c + d];
  }
  const long tasks = fovea_local_response_norm_tasks(pixels, channels);
  const size_t scratch = fovea_local_response_norm_scratch_bytes(channels, size);
  fovea_step step = {kernels->local_response_norm, &a, tasks};
  run_steps(&step, 1, scratch);
  expect("result", a.out, out, count);
  a.out = unset_floats(count);
  step.kernel = kernels->local_response_norm_gradient;
  run_steps(&step, 1, scratch);
  expect("gradient", a.out, in, count);
}

void test_group_norm(void) {
  static const long sizes[][4] = {
      {2, 3, 4, 2},    {3, 50, 6, 6},     {1, 700, 33, 3}, {2, 49, 256, 32}, {5, 1, 8, 2},
      {700, 1, 97, 1}, {701, 1, 16, 1}, {2, 1, 9001, 1}, {3, 1, 70, 1},    {1, 3, 5, 5},
  };
  for (long i = 0; i < (long)(sizeof sizes / sizeof *sizes); i++) {
    const long *s = sizes[i];
    test_forward(s[0], s[1], s[2], s[3]);
    test_gradient(s[0], s[1], s[2], s[3]);
  }
  test_local_response(3, 7, 5);
  test_local_response(500, 96, 5);
  test_local_response(9, 33, 4);
  test_local_response(2, 3, 11);
}
