// elements.c: functions of each element, optimisers, dropout, and the kernel that measures the peak.

#include "kernel_run.h"

// More than one task, and no whole number of vectors.
enum { count = 40003 };

// MARK: Functions

static const float slope = 0.2f, lowest = -0.75f, highest = 1.5f, scale = 1.7f, shift = -0.3f;

static double sigmoid_of(double x) { return 1 / (1 + exp(-x)); }
static double relu_of(double x, double r) { return x > 0 ? x : 0; }
static double relu_slope(double x, double r) { return r > 0 ? x : 0; }
static double exponential_of(double x, double r) { return exp(x); }
static double logarithm_of(double x, double r) { return log(x); }
static double square_root_of(double x, double r) { return sqrt(x); }
static double negated(double x, double r) { return -x; }
static double tanh_of(double x, double r) { return tanh(x); }
static double scaled(double x, double r) { return (double)scale * x + (double)shift; }
static double leaky_of(double x, double r) { return x > 0 ? x : (double)slope * x; }
static double leaky_slope(double x, double r) { return r > 0 ? x : (double)slope * x; }
static double clamped(double x, double r) { return fmin(fmax(x, (double)lowest), (double)highest); }
static double clamp_slope(double x, double r) {
  return (double)lowest < r && r < (double)highest ? x : 0;
}
static double sigmoid(double x, double r) { return sigmoid_of(x); }
static double silu(double x, double r) { return x * sigmoid_of(x); }
static double silu_slope(double x, double r) {
  return x * sigmoid_of(r) * (1 + r * (1 - sigmoid_of(r)));
}
static double hardsigmoid(double x, double r) { return fmin(fmax(x + 3, 0), 6) / 6; }
static double hardswish(double x, double r) { return x * hardsigmoid(x, r); }
static double hardswish_slope(double x, double r) {
  return r <= -3 ? 0 : r >= 3 ? x : x * (r / 3 + 0.5);
}
static double normal_probability(double x) { return erfc(-x / sqrt(2)) / 2; }
static double gelu(double x, double r) { return x * normal_probability(x); }
static double gelu_slope(double x, double r) {
  return x * (normal_probability(r) + r * exp(-r * r / 2) / sqrt(2 * acos(-1)));
}
static double gelu_tanh_argument(double x) { return sqrt(8 / acos(-1)) * (x + 0.044715 * x * x * x); }
static double gelu_tanh(double x, double r) { return x * sigmoid_of(gelu_tanh_argument(x)); }
static double gelu_tanh_slope(double x, double r) {
  const double s = sigmoid_of(gelu_tanh_argument(r));
  return x * s * (1 + r * (1 - s) * sqrt(8 / acos(-1)) * (1 + 3 * 0.044715 * r * r));
}
static double elu(double x, double r) { return x > 0 ? x : (double)slope * expm1(x); }
static double elu_slope(double x, double r) { return r > 0 ? x : x * (r + (double)slope); }
static double softplus(double x, double r) {
  const double z = (double)slope * x;
  return z > (double)highest ? x : log1p(exp(z)) / (double)slope;
}
static double softplus_slope(double x, double r) {
  const double z = (double)slope * r;
  return z > (double)highest ? x : x * sigmoid_of(z);
}
static double mish(double x, double r) { return x * tanh(log1p(exp(x))); }
static double mish_slope(double x, double r) {
  const double w = tanh(log1p(exp(r)));
  return x * (w + r * (1 - w * w) * sigmoid_of(r));
}

typedef enum { elementwise, activation } arguments_kind;

static void test_function(
    const char *name, fovea_kernel kernel, arguments_kind kind, double (*function)(double, double),
    bool is_positive) {
  begin_case("%s of %d elements", name, count);
  float *in = random_floats(count), *result = random_floats(count), *out = unset_floats(count);
  double *expected = new_doubles(count);
  for (long i = 0; i < count; i++) {
    in[i] = is_positive ? fabsf(in[i]) * 9 + 1e-3f : in[i] * 9;
    result[i] *= 5;
    expected[i] = function((double)in[i], (double)result[i]);
  }
  const fovea_elementwise_arguments plain = {
      .count = count, .in = in, .result = result, .out = out, .scale = scale, .shift = shift};
  const fovea_activation_arguments bounded = {
      .count = count, .in = in, .result = result, .out = out, .slope = slope, .minimum = lowest,
      .maximum = highest};
  run_kernel(
      kernel, kind == activation ? (const void *)&bounded : &plain, fovea_elementwise_tasks(count));
  // Absolutely where slopes pass through 0, for gradients of up to 9.
  expect_values("result", out, expected, count, 2.5e-7, 9 * 4e-7);
}

static void test_functions(void) {
#define TEST(kernel, kind, function, is_positive) \
  test_function(#kernel, kernels->kernel, kind, function, is_positive)
  TEST(relu, elementwise, relu_of, false);
  TEST(relu_gradient, elementwise, relu_slope, false);
  TEST(exponential, elementwise, exponential_of, false);
  TEST(logarithm, elementwise, logarithm_of, true);
  TEST(square_root, elementwise, square_root_of, true);
  TEST(negate, elementwise, negated, false);
  TEST(hyperbolic_tangent, elementwise, tanh_of, false);
  TEST(scale_shift, elementwise, scaled, false);
  TEST(leaky_relu, activation, leaky_of, false);
  TEST(leaky_relu_gradient, activation, leaky_slope, false);
  TEST(hardtanh, activation, clamped, false);
  TEST(hardtanh_gradient, activation, clamp_slope, false);
  TEST(sigmoid, activation, sigmoid, false);
  TEST(silu, activation, silu, false);
  TEST(silu_gradient, activation, silu_slope, false);
  TEST(hardsigmoid, activation, hardsigmoid, false);
  TEST(hardswish, activation, hardswish, false);
  TEST(hardswish_gradient, activation, hardswish_slope, false);
  TEST(gelu, activation, gelu, false);
  TEST(gelu_gradient, activation, gelu_slope, false);
  TEST(gelu_tanh, activation, gelu_tanh, false);
  TEST(gelu_tanh_gradient, activation, gelu_tanh_slope, false);
  TEST(elu, activation, elu, false);
  TEST(elu_gradient, activation, elu_slope, false);
  TEST(softplus, activation, softplus, false);
  TEST(softplus_gradient, activation, softplus_slope, false);
  TEST(mish, activation, mish, false);
  TEST(mish_gradient, activation, mish_slope, false);
#undef TEST
}

// MARK: Optimisers

static void test_optimizer(bool is_adam, bool is_second_kind) {
  begin_case(
      "%s%s of %d elements", is_adam ? "Adam" : "SGD",
      is_second_kind ? is_adam ? ", decoupled" : ", Nesterov" : "", count);
  static const float sgd_settings[] = {0.1f, 0.9f}, adam_settings[] = {0.01f, 0.9f, 0.19f, 0.002f};
  const float *s = is_adam ? adam_settings : sgd_settings;
  float *second = random_floats(count);
  for (long i = 0; i < count; i++) second[i] = fabsf(second[i]) + 0.01f;
  const fovea_optimizer_arguments a = {
      .count = count, .settings = s, .weight = random_floats(count),
      .gradient = random_floats(count), .first = random_floats(count), .second = second,
      .new_weight = unset_floats(count), .new_first = unset_floats(count),
      .new_second = is_adam ? unset_floats(count) : NULL, .weight_decay = 0.05f, .beta2 = 0.999f,
      .epsilon = 1e-8f, .nesterov = is_second_kind, .decoupled = is_second_kind};
  run_kernel(
      is_adam ? kernels->adam_update : kernels->sgd_update, &a, fovea_elementwise_tasks(count));

  double *weights = new_doubles(count), *firsts = new_doubles(count), *seconds = new_doubles(count);
  const double rate = (double)s[0], decay = (double)a.weight_decay, beta2 = (double)a.beta2;
  for (long i = 0; i < count; i++) {
    const double w = (double)a.weight[i];
    double g = (double)a.gradient[i];
    if (is_adam) {
      const double start = a.decoupled ? w * (1 - rate * decay) : w;
      if (!a.decoupled) g += decay * w;
      firsts[i] = (double)a.first[i] + (1 - (double)s[1]) * (g - (double)a.first[i]);
      seconds[i] = beta2 * (double)second[i] + (1 - beta2) * g * g;
      const double root = sqrt(seconds[i]) / sqrt((double)s[3]) + (double)a.epsilon;
      weights[i] = start - rate / (double)s[2] * firsts[i] / root;
    } else {
      g += decay * w;
      firsts[i] = (double)s[1] * (double)a.first[i] + g;
      weights[i] = w - rate * (a.nesterov ? g + (double)s[1] * firsts[i] : firsts[i]);
    }
  }
  // The largest numbers are about 3, and 1 - beta is as exact as beta, which is near 1.
  const double bound = 16 * rounding * 3;
  expect_values("weight", a.new_weight, weights, count, 0, bound);
  expect_values("first moment", a.new_first, firsts, count, 0, bound);
  if (is_adam) expect_values("second moment", a.new_second, seconds, count, 0, bound);
}

// RMSprop, plain and centred.
static void test_rmsprop(bool is_centered) {
  begin_case("RMSprop%s of %d elements", is_centered ? ", centred" : "", count);
  static const float s[] = {0.1f, 0.9f};
  // Mean squares well above squared means, so that no quotient is large.
  float *second = random_floats(count), *third = random_floats(count);
  for (long i = 0; i < count; i++) {
    second[i] = fabsf(second[i]) + 1;
    third[i] *= 0.1f;
  }
  const fovea_optimizer_arguments a = {
      .count = count, .settings = s, .weight = random_floats(count),
      .gradient = random_floats(count), .first = random_floats(count), .second = second,
      .third = is_centered ? third : NULL, .new_weight = unset_floats(count),
      .new_first = unset_floats(count), .new_second = unset_floats(count),
      .new_third = is_centered ? unset_floats(count) : NULL, .weight_decay = 0.05f, .beta2 = 0.99f,
      .epsilon = 1e-8f};
  run_kernel(kernels->rmsprop_update, &a, fovea_elementwise_tasks(count));

  double *weights = new_doubles(count), *firsts = new_doubles(count), *seconds = new_doubles(count),
         *thirds = new_doubles(count);
  const double alpha = (double)a.beta2;
  for (long i = 0; i < count; i++) {
    const double w = (double)a.weight[i], g = (double)a.gradient[i] + (double)a.weight_decay * w;
    seconds[i] = alpha * (double)second[i] + (1 - alpha) * g * g;
    thirds[i] = alpha * (double)third[i] + (1 - alpha) * g;
    const double variance = is_centered ? fmax(seconds[i] - thirds[i] * thirds[i], 0) : seconds[i];
    firsts[i] = (double)s[1] * (double)a.first[i] + g / (sqrt(variance) + (double)a.epsilon);
    weights[i] = w - (double)s[0] * firsts[i];
  }
  const double bound = 16 * rounding * 6;
  expect_values("weight", a.new_weight, weights, count, 0, bound);
  expect_values("step", a.new_first, firsts, count, 0, bound);
  expect_values("mean square", a.new_second, seconds, count, 0, bound);
  if (is_centered) expect_values("mean", a.new_third, thirds, count, 0, bound);
}

static void test_lion(void) {
  begin_case("Lion of %d elements", count);
  static const float s[] = {0.1f, 0.9f};
  const fovea_optimizer_arguments a = {
      .count = count, .settings = s, .weight = random_floats(count),
      .gradient = random_floats(count), .first = random_floats(count),
      .new_weight = unset_floats(count), .new_first = unset_floats(count), .weight_decay = 0.05f,
      .beta2 = 0.99f};
  run_kernel(kernels->lion_update, &a, fovea_elementwise_tasks(count));

  double *weights = new_doubles(count), *firsts = new_doubles(count);
  const double rate = (double)s[0], beta1 = (double)s[1], beta2 = (double)a.beta2;
  for (long i = 0; i < count; i++) {
    const double w = (double)a.weight[i], g = (double)a.gradient[i], m = (double)a.first[i];
    const double step = beta1 * m + (1 - beta1) * g;
    weights[i] = w * (1 - rate * (double)a.weight_decay) - rate * ((step > 0) - (step < 0));
    firsts[i] = beta2 * m + (1 - beta2) * g;
  }
  const double bound = 16 * rounding * 3;
  expect_values("weight", a.new_weight, weights, count, 0, bound);
  expect_values("momentum", a.new_first, firsts, count, 0, bound);
}

static void test_adam_direction(void) {
  begin_case("the direction of Adam of %d elements", count);
  static const float s[] = {0.01f, 0.9f, 0.19f, 0.002f};
  float *second = random_floats(count);
  for (long i = 0; i < count; i++) second[i] = fabsf(second[i]) + 0.01f;
  const fovea_optimizer_arguments a = {
      .count = count, .settings = s, .weight = random_floats(count),
      .gradient = random_floats(count), .first = random_floats(count), .second = second,
      .new_weight = unset_floats(count), .new_first = unset_floats(count),
      .new_second = unset_floats(count), .weight_decay = 0.05f, .beta2 = 0.999f, .epsilon = 1e-6f};
  run_kernel(kernels->adam_direction, &a, fovea_elementwise_tasks(count));

  double *directions = new_doubles(count), *firsts = new_doubles(count),
         *seconds = new_doubles(count);
  const double beta2 = (double)a.beta2;
  for (long i = 0; i < count; i++) {
    const double w = (double)a.weight[i], g = (double)a.gradient[i];
    firsts[i] = (double)a.first[i] + (1 - (double)s[1]) * (g - (double)a.first[i]);
    seconds[i] = beta2 * (double)second[i] + (1 - beta2) * g * g;
    const double root = sqrt(seconds[i]) / sqrt((double)s[3]) + (double)a.epsilon;
    directions[i] = firsts[i] / (double)s[2] / root + (double)a.weight_decay * w;
  }
  const double bound = 16 * rounding * 3;
  expect_values("direction", a.new_weight, directions, count, 0, bound);
  expect_values("first moment", a.new_first, firsts, count, 0, bound);
  expect_values("second moment", a.new_second, seconds, count, 0, bound);
}

// MARK: Dropout

// Which elements go is the same on every instruction set, and about as many as asked for.
static void test_dropout(void) {
  begin_case("dropout of %d elements", count);
  const uint64_t step = 3;
  fovea_dropout_arguments a = {
      .count = count, .in = random_floats(count), .probability = 0.3f, .seed = 11, .stream = 5,
      .step = &step, .out = unset_floats(count)};
  const long tasks = fovea_elementwise_tasks(count);
  run_kernel(fovea_kernels_for(fovea_isa_portable)->dropout, &a, tasks);
  double *expected = new_doubles(count), zeros = 0;
  for (long i = 0; i < count; i++) {
    expected[i] = a.out[i] == 0 ? 0 : (double)a.in[i] / (1 - (double)a.probability);
    zeros += a.out[i] == 0;
  }
  run_kernel(kernels->dropout, &a, tasks);
  expect_values("result", a.out, expected, count, 2 * rounding, 0);
  const float share = (float)(zeros / count);
  const double wanted = (double)a.probability;
  expect_values("share of zeros", &share, &wanted, 1, 0, 0.02);
}

// MARK: Random numbers

// The same numbers on every instruction set, of mean 0 and deviation 1.
static void test_random_normal(void) {
  begin_case("%d normal numbers", count);
  const uint64_t step = 3;
  fovea_random_normal_arguments a = {
      .count = count, .seed = 11, .stream = 5, .step = &step, .out = unset_floats(count)};
  const long tasks = fovea_elementwise_tasks(count);
  run_kernel(fovea_kernels_for(fovea_isa_portable)->random_normal, &a, tasks);
  double *expected = new_doubles(count), sum = 0, squares = 0;
  for (long i = 0; i < count; i++) {
    expected[i] = (double)a.out[i];
    sum += expected[i];
    squares += expected[i] * expected[i];
  }
  run_kernel(kernels->random_normal, &a, tasks);
  expect_values("result", a.out, expected, count, rounding, 0);
  const float moments[2] = {(float)(sum / count), (float)(squares / count)};
  const double wanted[2] = {0, 1};
  expect_values("mean and variance", moments, wanted, 2, 0, 0.03);
}

// MARK: Peak

static void test_peak(void) {
  begin_case("peak");
  const fovea_peak_arguments a = {.rounds = 100, .ratio = 0.5f, .step = 1, .out = unset_floats(5)};
  run_kernel(kernels->peak, &a, 5);
  // Every sum tends to step / (1 - ratio).
  double *expected = new_doubles(5);
  for (long i = 0; i < 5; i++) expected[i] = 2 * fovea_peak_sums;
  expect_values("result", a.out, expected, 5, 16 * rounding, 0);
}

void test_elements(void) {
  test_functions();
  for (int kind = 0; kind < 4; kind++) test_optimizer(kind & 1, kind & 2);
  for (int kind = 0; kind < 2; kind++) test_rmsprop(kind);
  test_lion();
  test_adam_direction();
  test_dropout();
  test_random_normal();
  test_peak();
}
