// kernel_run.c: buffers, runs and comparisons.

#include "kernel_run.h"

#include <stdarg.h>

enum { most_buffers = 64, margin = 32, most_threads = 3 };
static const float margin_value = 1234.5f;

const fovea_kernel_table *kernels;
long failures;

typedef struct {
  void *start;
  long floats;  // 0 for doubles
  bool is_unset;
} buffer;

static buffer buffers[most_buffers];
static long buffer_count;
static char case_name[200];
static uint64_t random_state;

static void fail(const char *format, ...) {
  printf("%s %s: ", kernels->name, case_name);
  va_list values;
  va_start(values, format);
  vprintf(format, values);
  va_end(values);
  printf("\n");
  failures++;
}

void begin_case(const char *format, ...) {
  for (; buffer_count > 0; buffer_count--) free(buffers[buffer_count - 1].start);
  random_state = 7;
  va_list values;
  va_start(values, format);
  vsnprintf(case_name, sizeof case_name, format, values);
  va_end(values);
}

// MARK: Buffers

static void *keep_buffer(size_t bytes, long floats, bool is_unset) {
  void *start = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (!start || buffer_count == most_buffers) {
    printf("%s: no memory for a buffer of %zu bytes\n", case_name, bytes);
    exit(2);
  }
  buffers[buffer_count++] = (buffer){start, floats, is_unset};
  return start;
}

static float *new_floats(long count, bool is_unset) {
  float *start = keep_buffer((size_t)(count + margin) * sizeof(float), count, is_unset);
  for (long i = 0; i < margin; i++) start[count + i] = margin_value;
  return start;
}

float *unset_floats(long count) { return new_floats(count, true); }
float *unset_bytes(size_t bytes) { return unset_floats((long)((bytes + 3) / sizeof(float))); }

float *given_floats(long count, float value) {
  float *start = new_floats(count, false);
  for (long i = 0; i < count; i++) start[i] = value;
  return start;
}

// SplitMix64: G. Steele et al., doi:10.1145/2714064.2660195.
static float next_random(void) {
  uint64_t z = random_state += 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return (float)((z ^ (z >> 31)) >> 40) * 0x1p-23f - 1;
}

float *random_floats(long count) {
  float *start = new_floats(count, false);
  for (long i = 0; i < count; i++) start[i] = next_random();
  return start;
}

double *new_doubles(long count) {
  const size_t bytes = (size_t)(count + 1) * sizeof(double);
  return memset(keep_buffer(bytes, 0, false), 0, bytes);
}

// MARK: Runs

enum {
#define FOVEA_KERNEL(name) place_of_##name,
#include "fovea_kernel_list.inc"
#include "fovea_quantized_kernel_list.inc"
#undef FOVEA_KERNEL
  kernel_count
};

static bool has_run[kernel_count];

static void note_run(fovea_kernel kernel) {
#define FOVEA_KERNEL(name) if (kernels->name == kernel) has_run[place_of_##name] = true;
#include "fovea_kernel_list.inc"
#include "fovea_quantized_kernel_list.inc"
#undef FOVEA_KERNEL
}

void begin_table(const fovea_kernel_table *table) {
  kernels = table;
  memset(has_run, 0, sizeof has_run);
}

void end_table(void) {
  begin_case("kernels");
#define FOVEA_KERNEL(name) if (!has_run[place_of_##name]) fail("%s was not run", #name);
#include "fovea_kernel_list.inc"
#include "fovea_quantized_kernel_list.inc"
#undef FOVEA_KERNEL
}

static void check_margins(long threads) {
  for (long b = 0; b < buffer_count; b++)
    for (long i = 0; i < margin && buffers[b].floats > 0; i++)
      if (((float *)buffers[b].start)[buffers[b].floats + i] != margin_value) {
        fail("%ld threads write behind buffer %ld", threads, b);
        return;
      }
}

// What one thread left in a buffer must be what others leave.
static void compare_runs(void *const *recorded, long threads) {
  for (long b = 0; b < buffer_count; b++)
    if (recorded[b]
        && memcmp(recorded[b], buffers[b].start, (size_t)buffers[b].floats * sizeof(float)))
      fail("buffer %ld differs between 1 and %ld threads", b, threads);
}

void run_steps(const fovea_step *steps, long count, size_t scratch_bytes) {
  const size_t stride = (scratch_bytes + 63) / 64 * 64;
  float *scratch = unset_bytes(stride * most_threads);
  void *recorded[most_buffers] = {NULL};
  for (long i = 0; i < count; i++) note_run(steps[i].kernel);
  for (long threads = 1; threads <= most_threads; threads++) {
    for (long b = 0; b < buffer_count; b++)
      for (long i = 0; i < buffers[b].floats && buffers[b].is_unset; i++)
        ((float *)buffers[b].start)[i] = NAN;
    fovea_pool *pool = fovea_pool_create(threads);
    if (!pool) {
      printf("the system refuses %ld threads\n", threads);
      exit(2);
    }
    fovea_pool_run(pool, steps, count, scratch, stride);
    fovea_pool_destroy(pool);
    check_margins(threads);
    compare_runs(recorded, threads);
    for (long b = 0; b < buffer_count && threads == 1; b++) {
      if (!buffers[b].is_unset || buffers[b].start == scratch) continue;
      const size_t bytes = (size_t)buffers[b].floats * sizeof(float);
      recorded[b] = malloc(bytes + 1);
      if (recorded[b]) memcpy(recorded[b], buffers[b].start, bytes);
    }
  }
  for (long b = 0; b < buffer_count; b++) free(recorded[b]);
}

void run_kernel(fovea_kernel kernel, const void *arguments, long tasks) {
  const fovea_step step = {.kernel = kernel, .arguments = arguments, .tasks = tasks};
  run_steps(&step, 1, 0);
}

// MARK: Comparisons

double largest_magnitude(const double *values, long count) {
  double largest = 0;
  for (long i = 0; i < count; i++) largest = fmax(largest, fabs(values[i]));
  return largest;
}

static bool is_close(const char *what, long index, float actual, double expected, double bound) {
  const bool is_same_infinity = isinf(expected) && (double)actual == expected;
  if (is_same_infinity || fabs((double)actual - expected) <= bound) return true;
  fail("%s, element %ld is %.9g, not %.9g within %.3g", what, index, (double)actual, expected, bound);
  return false;
}

void expect_values(
    const char *what, const float *actual, const double *expected, long count, double relative,
    double absolute) {
  for (long i = 0; i < count; i++)
    if (!is_close(what, i, actual[i], expected[i], relative * fabs(expected[i]) + absolute)) return;
}

void expect_bits(const char *what, const float *actual, const double *expected, long count) {
  for (long i = 0; i < count; i++) {
    const float wanted = (float)expected[i];
    if (isnan(wanted) ? isnan(actual[i]) : !memcmp(&wanted, actual + i, sizeof wanted)) continue;
    fail("%s, element %ld is %a, not %a", what, i, (double)actual[i], (double)wanted);
    return;
  }
}

exact_sums new_sums(long count) {
  return (exact_sums){count, new_doubles(count), new_doubles(count), new_doubles(count)};
}

void add_product(exact_sums *sums, long index, double a, double b) {
  sums->sums[index] += a * b;
  sums->magnitudes[index] += fabs(a * b);
  sums->terms[index] += 1;
}

double activated(const fovea_epilogue *e, double x) {
  switch (e->activation) {
    case fovea_activation_none: return x;
    case fovea_activation_clamp:
      x = x < (double)e->parameters[0] ? (double)e->parameters[0] : x;
      return x > (double)e->parameters[1] ? (double)e->parameters[1] : x;
    case fovea_activation_leaky_relu: return x > 0 ? x : (double)e->parameters[0] * x;
    case fovea_activation_silu: return x / (1 + exp(-x));
    case fovea_activation_hardswish: return x * fmin(fmax(x + 3, 0), 6) / 6;
  }
  return x;
}

void finish_sums(exact_sums *sums, const fovea_epilogue *e) {
  for (long i = 0; i < sums->count; i++) {
    if (e->residual) add_product(sums, i, (double)e->residual[i], 1);
    sums->sums[i] = activated(e, sums->sums[i]);
    // The steepest activation, hardswish, has a slope of 1.5.
    if (e->activation != fovea_activation_none) sums->magnitudes[i] *= 1.5;
    if (e->mask && !(e->mask[i] > 0)) sums->sums[i] = 0;
  }
}

void expect_sums(const char *what, const float *actual, const exact_sums *sums, double factor) {
  const double largest = largest_magnitude(sums->magnitudes, sums->count);
  for (long i = 0; i < sums->count; i++) {
    const double bound = factor > 0 ? factor * rounding * largest
                                    : 2 * (sums->terms[i] + 1) * rounding * sums->magnitudes[i];
    if (!is_close(what, i, actual[i], sums->sums[i], bound)) return;
  }
}
