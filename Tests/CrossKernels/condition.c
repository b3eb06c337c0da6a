// condition.c: whether numbers are finite, and what follows from a condition.

#include "kernel_run.h"

// Finite numbers, but for the one with bits `wrong` at `place` where that is not negative.
static void test_all_finite(long count, long place, uint32_t wrong) {
  begin_case("whether %ld are finite, %08x at %ld", count, wrong, place);
  static const float right[] = {0, -0.0f, 1, 0x1.fffffep127f, -0x1.fffffep127f, 0x1p-149f};
  float *in = given_floats(count, 0);
  for (long i = 0; i < count; i++) in[i] = right[i % 6];
  if (place >= 0) memcpy(in + place, &wrong, sizeof wrong);
  const long tasks = fovea_elementwise_tasks(count);
  const fovea_all_finite_arguments parts = {.count = count, .in = in, .out = unset_floats(tasks)};
  const fovea_all_finite_arguments join = {.count = tasks, .in = parts.out, .out = unset_floats(1)};
  const fovea_step steps[] = {
      {.kernel = kernels->all_finite, .arguments = &parts, .tasks = tasks},
      {.kernel = kernels->all_finite_join, .arguments = &join, .tasks = 1}};
  run_steps(steps, 2, 0);
  float sum = 0;
  for (long task = 0; task < tasks; task++) sum += parts.out[task];
  const double all = place < 0, right_parts = (double)tasks - (place >= 0);
  expect_bits("parts that are", &sum, &right_parts, 1);
  expect_bits("result", join.out, &all, 1);
}

static void test_all_finite_places(long count) {
  // Infinities, NaN quiet and signalling.
  static const uint32_t wrong[] = {0x7f800000, 0xff800000, 0x7fc00000, 0xffc00000, 0x7f800001};
  test_all_finite(count, -1, 0);
  const long step = count < 100 ? 1 : count / 7;
  for (long i = 0; i * step < count; i++) test_all_finite(count, i * step, wrong[i % 5]);
  test_all_finite(count, count - 1, wrong[count % 5]);
}

static void test_select(long count, float condition) {
  for (int place = 0; place < 3; place++) {
    static const char *const places[] = {"apart", "into the first", "into the second"};
    begin_case("select of %ld by %g, %s", count, (double)condition, places[place]);
    float *in = random_floats(count), *other = random_floats(count);
    double *expected = new_doubles(count);
    for (long i = 0; i < count; i++) expected[i] = (double)(condition != 0 ? in : other)[i];
    const fovea_select_arguments a = {
        .count = count, .condition = &condition, .in = in, .other = other,
        .out = place == 0 ? unset_floats(count) : place == 1 ? in : other};
    run_kernel(kernels->select, &a, fovea_elementwise_tasks(count));
    expect_bits("result", a.out, expected, count);
  }
}

void test_condition(void) {
  static const long counts[] = {1, 5, 16, 31, 32768, 100003};
  static const float conditions[] = {0, -0.0f, 1, -1, 0x1p-149f, NAN};
  for (long i = 0; i < (long)(sizeof counts / sizeof *counts); i++) {
    test_all_finite_places(counts[i]);
    for (long j = 0; j < (long)(sizeof conditions / sizeof *conditions); j++)
      test_select(counts[i], conditions[j]);
  }
}
