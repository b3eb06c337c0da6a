// batch_norm.c: batch normalisation in training and inference, its gradient, and folding.

#include "kernel_run.h"

// What sums in float32 of a block of rows may lose, relatively to the largest result.
static const double tolerance = 272 * 0x1p-24;
static const float epsilon = 1e-5f, momentum = 0.1f;

typedef struct {
  long rows, channels;
  float *in, *weight, *bias;
  double *mean, *variance, *inverse_deviation;
  fovea_epilogue epilogue;
} batch_norm_data;

static double normalised(const batch_norm_data *d, long index) {
  const long c = index % d->channels;
  return ((double)d->in[index] - d->mean[c]) * d->inverse_deviation[c];
}

static void expect(const char *what, const float *actual, const double *expected, long count) {
  expect_values(what, actual, expected, count, 0, tolerance * largest_magnitude(expected, count));
}

// Without parameters in every second case.
static batch_norm_data begin_data(const char *how, long rows, long channels) {
  begin_case("batch normalisation, %s, of %ld×%ld", how, rows, channels);
  batch_norm_data d = {.rows = rows, .channels = channels, .in = random_floats(rows * channels)};
  for (long i = 0; i < rows * channels; i++) d.in[i] += 0.5f;
  if (channels % 2 == 1) {
    d.weight = random_floats(channels);
    d.bias = random_floats(channels);
    d.epilogue.residual = random_floats(rows * channels);
    d.epilogue.activation = fovea_activation_clamp;
    d.epilogue.parameters[1] = INFINITY;
  }
  d.mean = new_doubles(channels);
  d.variance = new_doubles(channels);
  d.inverse_deviation = new_doubles(channels);
  for (long i = 0; i < rows * channels; i++)
    d.mean[i % channels] += (double)d.in[i] / (double)rows;
  for (long i = 0; i < rows * channels; i++) {
    const double deviation = (double)d.in[i] - d.mean[i % channels];
    d.variance[i % channels] += deviation * deviation / (double)rows;
  }
  for (long c = 0; c < channels; c++)
    d.inverse_deviation[c] = 1 / sqrt(d.variance[c] + (double)epsilon);
  return d;
}

static double *expected_out(const batch_norm_data *d) {
  exact_sums out = new_sums(d->rows * d->channels);
  for (long i = 0; i < out.count; i++) {
    const long c = i % d->channels;
    add_product(&out, i, normalised(d, i), d->weight ? (double)d->weight[c] : 1);
    if (d->bias) add_product(&out, i, (double)d->bias[c], 1);
  }
  finish_sums(&out, &d->epilogue);
  return out.sums;
}

static void test_training(long rows, long channels) {
  const batch_norm_data d = begin_data("training", rows, channels);
  const fovea_batch_norm_arguments training = {
      .rows = rows, .channels = channels, .epsilon = epsilon, .momentum = momentum, .in = d.in,
      .weight = d.weight, .bias = d.bias, .running_mean = random_floats(channels),
      .running_variance = random_floats(channels),
      .workspace = unset_bytes(fovea_batch_norm_workspace_bytes(rows, channels)),
      .out = unset_floats(rows * channels), .mean = unset_floats(channels),
      .inverse_deviation = unset_floats(channels), .new_running_mean = unset_floats(channels),
      .new_running_variance = unset_floats(channels), .epilogue = d.epilogue};
  fovea_step steps[fovea_batch_norm_max_steps];
  const long count = fovea_batch_norm_training_steps(kernels, &training, steps);
  run_steps(steps, count, fovea_batch_norm_scratch_bytes(channels));

  double *mean = new_doubles(channels), *variance = new_doubles(channels);
  for (long c = 0; c < channels; c++) {
    const double kept = 1 - (double)momentum, unbiased = d.variance[c] * (double)rows / (double)(rows - 1);
    mean[c] = kept * (double)training.running_mean[c] + (double)momentum * d.mean[c];
    variance[c] = kept * (double)training.running_variance[c] + (double)momentum * unbiased;
  }
  expect("result", training.out, expected_out(&d), rows * channels);
  expect("mean", training.mean, d.mean, channels);
  expect("inverse deviation", training.inverse_deviation, d.inverse_deviation, channels);
  expect("running mean", training.new_running_mean, mean, channels);
  expect("running variance", training.new_running_variance, variance, channels);
}

static float *rounded(const double *values, long count) {
  float *floats = given_floats(count, 0);
  for (long i = 0; i < count; i++) floats[i] = (float)values[i];
  return floats;
}

static void test_inference(long rows, long channels) {
  const batch_norm_data d = begin_data("inference", rows, channels);
  const fovea_batch_norm_arguments inference = {
      .rows = rows, .channels = channels, .epsilon = epsilon, .in = d.in, .weight = d.weight,
      .bias = d.bias, .running_mean = rounded(d.mean, channels),
      .running_variance = rounded(d.variance, channels), .out = unset_floats(rows * channels),
      .epilogue = d.epilogue};
  fovea_step steps[fovea_batch_norm_max_steps];
  const long count = fovea_batch_norm_inference_steps(kernels, &inference, steps);
  run_steps(steps, count, fovea_batch_norm_scratch_bytes(channels));
  expect("result", inference.out, expected_out(&d), rows * channels);

  const fovea_batch_norm_fold_arguments fold = {
      .channels = channels, .epsilon = epsilon, .running_mean = inference.running_mean,
      .running_variance = inference.running_variance, .weight = d.weight, .bias = d.bias,
      .convolution_bias = channels % 2 == 0 ? random_floats(channels) : NULL,
      .scale = unset_floats(channels), .shift = unset_floats(channels)};
  run_kernel(kernels->batch_norm_fold, &fold, 1);
  double *scale = new_doubles(channels), *shift = new_doubles(channels);
  for (long c = 0; c < channels; c++) {
    const double before = fold.convolution_bias ? (double)fold.convolution_bias[c] : 0;
    scale[c] = d.inverse_deviation[c] * (d.weight ? (double)d.weight[c] : 1);
    shift[c] = (d.bias ? (double)d.bias[c] : 0) + (before - d.mean[c]) * scale[c];
  }
  expect("folded scale", fold.scale, scale, channels);
  expect("folded shift", fold.shift, shift, channels);
}

static void test_gradient(long rows, long channels) {
  const batch_norm_data d = begin_data("gradient", rows, channels);
  fovea_epilogue epilogue = {0};
  if (channels % 2 == 1) {
    epilogue.residual = d.epilogue.residual;
    epilogue.mask = random_floats(rows * channels);
  }
  const fovea_batch_norm_gradient_arguments gradient = {
      .rows = rows, .channels = channels, .in = d.in,
      .out_gradient = random_floats(rows * channels), .mean = rounded(d.mean, channels),
      .inverse_deviation = rounded(d.inverse_deviation, channels), .weight = d.weight,
      .workspace = unset_bytes(fovea_batch_norm_workspace_bytes(rows, channels)),
      .in_gradient = unset_floats(rows * channels), .weight_gradient = unset_floats(channels),
      .bias_gradient = unset_floats(channels), .epilogue = epilogue};
  fovea_step steps[fovea_batch_norm_max_steps];
  const long count = fovea_batch_norm_gradient_steps(kernels, &gradient, steps);
  run_steps(steps, count, fovea_batch_norm_scratch_bytes(channels));

  double *bias = new_doubles(channels), *weight = new_doubles(channels);
  for (long i = 0; i < rows * channels; i++) {
    bias[i % channels] += (double)gradient.out_gradient[i];
    weight[i % channels] += (double)gradient.out_gradient[i] * normalised(&d, i);
  }
  exact_sums in = new_sums(rows * channels);
  for (long i = 0; i < in.count; i++) {
    const long c = i % channels;
    const double scale = d.inverse_deviation[c] * (d.weight ? (double)d.weight[c] : 1);
    add_product(&in, i, scale, (double)gradient.out_gradient[i]);
    add_product(&in, i, -scale, (bias[c] + normalised(&d, i) * weight[c]) / (double)rows);
  }
  finish_sums(&in, &epilogue);
  expect("input gradient", gradient.in_gradient, in.sums, in.count);
  expect("weight gradient", gradient.weight_gradient, weight, channels);
  expect("bias gradient", gradient.bias_gradient, bias, channels);
}

void test_batch_norm(void) {
  static const long sizes[][2] = {{2, 3}, {50, 1}, {333, 17}, {49, 64}, {700, 6}, {1500, 33}};
  for (long i = 0; i < (long)(sizeof sizes / sizeof *sizes); i++) {
    test_training(sizes[i][0], sizes[i][1]);
    test_inference(sizes[i][0], sizes[i][1]);
    test_gradient(sizes[i][0], sizes[i][1]);
  }
}
