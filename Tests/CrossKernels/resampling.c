// resampling.c: weighted sums along an axis, and pooling whose windows or places are not those of a plain sweep.

#include "kernel_run.h"

// Whole numbers that are no result.
static int32_t *new_integers(long count) { return (int32_t *)given_floats(count, 0); }

static void test_resample(long outer, long in_extent, long out_extent, long inner) {
  begin_case("resampling of %ld×%ld×%ld to %ld", outer, in_extent, inner, out_extent);
  int32_t *starts = new_integers(out_extent + 1), *indices = new_integers(4 * out_extent);
  float *weights = random_floats(4 * out_extent), *in = random_floats(outer * in_extent * inner);
  for (int32_t i = 0; i < out_extent; i++) {
    // No term, one of weight 1, and up to four.
    starts[i + 1] = starts[i] + i % 5;
    if (i % 5 == 1) weights[starts[i]] = 1;
    for (int32_t t = starts[i]; t < starts[i + 1]; t++) indices[t] = (t * 7 + i) % (int32_t)in_extent;
  }
  const long count = outer * out_extent * inner;
  double *expected = new_doubles(count);
  for (long e = 0; e < count; e++) {
    const long c = e % inner, i = e / inner % out_extent, o = e / inner / out_extent;
    if (starts[i] == starts[i + 1]) expected[e] = 2.5;
    for (int32_t t = starts[i]; t < starts[i + 1]; t++)
      expected[e] += (double)weights[t] * (double)in[(o * in_extent + indices[t]) * inner + c];
  }
  const fovea_resample_arguments a = {
      .outer = outer, .in_extent = in_extent, .out_extent = out_extent, .inner = inner,
      .starts = starts, .indices = indices, .weights = weights, .in = in,
      .out = unset_floats(count), .empty = 2.5f};
  run_kernel(kernels->resample, &a, fovea_resample_tasks(&a));
  expect_values("result", a.out, expected, count, 0, 16 * rounding);
}

enum { batch = 2, extent = 9, kernel = 3, stride = 2, pooled = 4, pixels = extent * extent };

// Where the first largest pixel of a window lies.
static long place_of_largest(
    const float *image, long channels, long top, long end_y, long left, long end_x) {
  long winner = top * extent + left;
  for (long y = top; y < end_y; y++)
    for (long x = left; x < end_x; x++)
      if (image[(y * extent + x) * channels] > image[winner * channels]) winner = y * extent + x;
  return winner;
}

static long fractional_start(long i, float u) {
  const float alpha = (float)(extent - kernel) / (pooled - 1);
  if (i == pooled - 1) return extent - kernel;
  return (long)(((float)i + u) * alpha) - (long)(u * alpha);
}

typedef enum { windows, cells, fractions } window_kind;

static void test_places(window_kind kind, long channels) {
  static const char *const names[] = {"windows", "cells", "fractional windows"};
  begin_case("places of %ld channels in %s", channels, names[kind]);
  const long in_count = batch * pixels * channels, count = batch * pooled * pooled * channels;
  float *in = random_floats(in_count), *gradient = random_floats(count);
  float *samples = random_floats(batch * channels * 2);
  for (long i = 0; i < batch * channels * 2; i++) samples[i] = (samples[i] + 1) / 2;
  int32_t *places = new_integers(count);
  double *largest = new_doubles(count), *expected_places = new_doubles(count);
  double *in_gradient = new_doubles(in_count), *unpooled = new_doubles(in_count);
  double *gathered = new_doubles(count);
  for (long p = 0; p < count; p++) {
    const long c = p % channels, x = p / channels % pooled, y = p / channels / pooled % pooled;
    const long n = p / channels / pooled / pooled, first = n * pixels * channels + c;
    const float *u = samples + (n * channels + c) * 2;
    long top = y * stride, left = x * stride, end_y = top + kernel, end_x = left + kernel;
    if (kind == cells) {
      top = y * extent / pooled, end_y = ((y + 1) * extent + pooled - 1) / pooled;
      left = x * extent / pooled, end_x = ((x + 1) * extent + pooled - 1) / pooled;
    } else if (kind == fractions) {
      top = fractional_start(y, u[1]), end_y = top + kernel;
      left = fractional_start(x, u[0]), end_x = left + kernel;
    }
    const long place = place_of_largest(in + first, channels, top, end_y, left, end_x);
    places[p] = (int32_t)place;
    largest[p] = gathered[p] = (double)in[first + place * channels];
    in_gradient[first + place * channels] += (double)gradient[p];
    unpooled[first + place * channels] = (double)gradient[p];
  }
  const double bound = 16 * rounding;
  if (kind == fractions) {
    fovea_fractional_pool2d_arguments a = {
        .batch = batch, .channels = channels, .in_height = extent, .in_width = extent,
        .out_height = pooled, .out_width = pooled, .kernel_height = kernel, .kernel_width = kernel,
        .in = in, .samples = samples, .out_gradient = gradient, .out = unset_floats(count)};
    run_kernel(kernels->fractional_max_pool2d, &a, fovea_fractional_pool2d_tasks(&a));
    expect_values("largest", a.out, largest, count, 0, 0);
    a.out = unset_floats(in_count);
    run_kernel(kernels->fractional_max_pool2d_gradient, &a, fovea_fractional_pool2d_tasks(&a));
    expect_values("gradient", a.out, in_gradient, in_count, 0, bound);
    return;
  }
  fovea_pool2d_arguments a = {
      .batch = batch, .channels = channels, .in_height = extent, .in_width = extent,
      .out_height = pooled, .out_width = pooled, .kernel_height = kernel, .kernel_width = kernel,
      .stride_height = stride, .stride_width = stride, .dilation_height = 1, .dilation_width = 1,
      .in = in, .out_gradient = gradient, .out = unset_floats(count)};
  if (kind == cells) {
    run_kernel(kernels->adaptive_max_pool2d, &a, fovea_pool2d_tasks(&a));
    expect_values("largest", a.out, largest, count, 0, 0);
    a.out = unset_floats(in_count);
    run_kernel(kernels->adaptive_max_pool2d_gradient, &a, fovea_pool2d_gradient_tasks(&a));
    expect_values("gradient", a.out, in_gradient, in_count, 0, bound);
    return;
  }
  run_kernel(kernels->max_pool2d_indices, &a, fovea_pool2d_tasks(&a));
  float *found = given_floats(count, 0);
  for (long p = 0; p < count; p++) {
    int32_t place;
    memcpy(&place, a.out + p, sizeof place);
    found[p] = (float)place;
    expected_places[p] = places[p];
  }
  expect_values("places", found, expected_places, count, 0, 0);
  fovea_unpool2d_arguments u = {
      .batch = batch, .channels = channels, .pixels = pooled * pooled, .plane_pixels = pixels,
      .in = gradient, .indices = places, .out = unset_floats(in_count), .status = new_integers(1)};
  run_kernel(kernels->max_unpool2d, &u, fovea_unpool2d_tasks(&u));
  expect_values("un-pooled", u.out, unpooled, in_count, 0, 0);
  u.in = in;
  u.out = unset_floats(count);
  run_kernel(kernels->max_unpool2d_gradient, &u, fovea_unpool2d_tasks(&u));
  expect_values("gathered", u.out, gathered, count, 0, 0);
}

static void test_random(void) {
  enum { count = 40003 };
  begin_case("%d random numbers", count);
  const uint64_t step = 5;
  fovea_random_arguments a = {
      .count = count, .seed = 3, .stream = 1 << 20, .step = &step, .out = unset_floats(count)};
  const long tasks = fovea_elementwise_tasks(count);
  double *expected = new_doubles(count);
  run_kernel(fovea_kernels_for(fovea_isa_portable)->random_uniform, &a, tasks);
  for (long i = 0; i < count; i++) expected[i] = (double)a.out[i];
  a.out = unset_floats(count);
  run_kernel(kernels->random_uniform, &a, tasks);
  expect_values("numbers", a.out, expected, count, 0, 0);
}

void test_resampling(void) {
  static const long inner[] = {1, 3, 8, 37, 3000};
  for (long i = 0; i < 5; i++) test_resample(3, 11, 27, inner[i]);
  static const long channels[] = {1, 7, 67};
  for (long i = 0; i < 3; i++)
    for (window_kind kind = windows; kind <= fractions; kind++) test_places(kind, channels[i]);
  test_random();
}
