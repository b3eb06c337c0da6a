// softmax.c: softmax, its logarithm, cross-entropy and its gradient.

#include "kernel_run.h"

static void test_softmax_of(long outer, long length, long inner) {
  begin_case("softmax of %ld×%ld×%ld", outer, length, inner);
  const long count = outer * length * inner;
  float *in = random_floats(count);
  for (long i = 0; i < count; i++) in[i] *= 20;
  double *shares = new_doubles(count), *logarithms = new_doubles(count);
  for (long row = 0; row < outer * inner; row++) {
    const long first = row / inner * length * inner + row % inner;
    double largest = -INFINITY, sum = 0;
    for (long i = 0; i < length; i++) largest = fmax(largest, (double)in[first + i * inner]);
    for (long i = 0; i < length; i++) sum += exp((double)in[first + i * inner] - largest);
    for (long i = 0; i < length; i++) {
      const long place = first + i * inner;
      logarithms[place] = (double)in[place] - largest - log(sum);
      shares[place] = exp(logarithms[place]);
    }
  }
  const fovea_softmax_arguments arguments = {
      .outer = outer, .length = length, .inner = inner, .in = in, .out = unset_floats(count)};
  const long tasks = fovea_softmax_tasks(&arguments);
  // Differences of up to 40 are rounded before the exponential.
  run_kernel(kernels->softmax, &arguments, tasks);
  expect_values("softmax", arguments.out, shares, count, 48 * rounding, 0);
  run_kernel(kernels->log_softmax, &arguments, tasks);
  expect_values("logarithm", arguments.out, logarithms, count, 2 * rounding, 48 * rounding);
}

typedef struct {
  double *loss, *logits_gradient, *targets_gradient;
} exact_cross_entropy;

// The target's probability of a class.
static double target_at(const fovea_cross_entropy_arguments *a, long row, long class) {
  const double hard = a->labels ? (double)(a->labels[row] == class)
                                : (double)a->targets[row * a->classes + class];
  return hard * (1 - (double)a->smoothing) + (double)a->smoothing / (double)a->classes;
}

static exact_cross_entropy exact_for(const fovea_cross_entropy_arguments *a) {
  const long n = a->classes;
  const exact_cross_entropy e = {
      new_doubles(1), new_doubles(a->rows * n), new_doubles(a->rows * n)};
  double counted = 0;
  for (long row = 0; row < a->rows; row++)
    counted += !a->labels || a->labels[row] != a->ignore_index;
  const double scale = a->is_mean ? 1 / counted : 1;
  for (long row = 0; row < a->rows; row++) {
    if (a->labels && a->labels[row] == a->ignore_index) continue;
    const float *in = a->logits + row * n;
    double sum = 0, targets = 0;
    for (long i = 0; i < n; i++) sum += exp((double)in[i]);
    for (long i = 0; i < n; i++) targets += target_at(a, row, i);
    for (long i = 0; i < n; i++) {
      const double minus_logarithm = log(sum) - (double)in[i], q = target_at(a, row, i);
      const double factor = scale * (double)*a->gradient;
      *e.loss += scale * q * minus_logarithm;
      e.logits_gradient[row * n + i] = factor * (exp(-minus_logarithm) * targets - q);
      e.targets_gradient[row * n + i] = factor * (1 - (double)a->smoothing) * minus_logarithm;
    }
  }
  return e;
}

static void test_cross_entropy(long rows, long classes, bool has_labels, bool is_mean) {
  begin_case(
      "%s cross-entropy of %ld×%ld, %s", is_mean ? "mean" : "total", rows, classes,
      has_labels ? "labels" : "soft targets");
  const long count = rows * classes;
  float *logits = random_floats(count), *targets = random_floats(count);
  int32_t *labels = (int32_t *)given_floats(rows, 0), *status = (int32_t *)given_floats(1, 0);
  for (long i = 0; i < count; i++) {
    logits[i] *= 8;
    targets[i] = fabsf(targets[i]);
  }
  for (long row = 0; row < rows; row++) labels[row] = row % 5 == 3 ? -100 : (int32_t)(row * 7 % classes);
  const fovea_cross_entropy_arguments a = {
      .rows = rows, .classes = classes, .logits = logits, .labels = has_labels ? labels : NULL,
      .targets = has_labels ? NULL : targets, .ignore_index = -100,
      .smoothing = classes % 2 == 0 ? 0.1f : 0, .is_mean = is_mean, .status = status,
      .workspace = (double *)unset_bytes(fovea_cross_entropy_workspace_bytes(rows, classes)),
      .loss = unset_floats(1), .gradient = given_floats(1, 1.5f),
      .logits_gradient = unset_floats(count),
      .targets_gradient = has_labels ? NULL : unset_floats(count)};
  const exact_cross_entropy exact = exact_for(&a);
  fovea_step steps[fovea_cross_entropy_max_steps];
  run_steps(steps, fovea_cross_entropy_steps(kernels, &a, steps), 0);
  expect_values("loss", a.loss, exact.loss, 1, 64 * rounding, 0);
  run_steps(steps, fovea_cross_entropy_gradient_steps(kernels, &a, steps), 0);
  const double bound = 64 * rounding;
  expect_values(
      "logits' gradient", a.logits_gradient, exact.logits_gradient, count, 0,
      bound * largest_magnitude(exact.logits_gradient, count));
  if (!has_labels)
    expect_values(
        "targets' gradient", a.targets_gradient, exact.targets_gradient, count, 0,
        bound * largest_magnitude(exact.targets_gradient, count));
}

void test_softmax(void) {
  static const long shapes[][3] = {{3, 1, 1}, {37, 10, 1}, {2, 1000, 1}, {3, 21, 9}, {40, 64, 4}};
  for (long i = 0; i < 5; i++) test_softmax_of(shapes[i][0], shapes[i][1], shapes[i][2]);
  static const long sizes[][2] = {{1, 3}, {64, 10}, {37, 1000}, {700, 33}};
  for (long i = 0; i < 4; i++)
    for (int kind = 0; kind < 4; kind++)
      test_cross_entropy(sizes[i][0], sizes[i][1], kind & 1, kind & 2);
}
