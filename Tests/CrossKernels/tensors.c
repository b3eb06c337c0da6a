// tensors.c: passes over strided tensors, and reductions.

#include "kernel_run.h"

// MARK: Strided tensors

typedef struct {
  const char *name;
  long rank, extents[4], a_strides[4], b_strides[4], a_count, b_count;
} strided_case;

static const strided_case strided_cases[] = {
    {"dense", 1, {20003}, {1}, {1}, 20003, 20003},
    {"one vector for all rows", 2, {37, 19}, {19, 1}, {0, 1}, 703, 19},
    {"one number for each row", 2, {37, 19}, {19, 1}, {1, 0}, 703, 37},
    {"transposed", 2, {37, 19}, {1, 37}, {19, 1}, 703, 703},
    {"of rank 4", 4, {2, 3, 5, 7}, {105, 35, 7, 1}, {0, 7, 0, 1}, 210, 21},
};

static long place_of(long element, const long *extents, const long *strides, long rank) {
  long place = 0;
  for (long axis = rank - 1; axis >= 0; axis--) {
    place += element % extents[axis] * strides[axis];
    element /= extents[axis];
  }
  return place;
}

static long product_of(const long *extents, long rank) {
  long count = 1;
  for (long axis = 0; axis < rank; axis++) count *= extents[axis];
  return count;
}

static void test_strided(const strided_case *c) {
  begin_case("tensors, %s", c->name);
  const long count = product_of(c->extents, c->rank);
  float *b = random_floats(c->b_count);
  for (long i = 0; i < c->b_count; i++) b[i] += b[i] < 0 ? -0.5f : 0.5f;
  fovea_strided_arguments arguments = {
      .rank = c->rank, .a = random_floats(c->a_count), .b = b, .out = unset_floats(count),
      .scale = 0.7f};
  memcpy(arguments.extents, c->extents, sizeof c->extents);
  memcpy(arguments.a_strides, c->a_strides, sizeof c->a_strides);
  memcpy(arguments.b_strides, c->b_strides, sizeof c->b_strides);
  long dense = count;
  for (long axis = 0; axis < c->rank; axis++) {
    dense /= c->extents[axis];
    arguments.out_strides[axis] = dense;
  }
  const long tasks = fovea_strided_tasks(&arguments);
  double *sum = new_doubles(count), *difference = new_doubles(count), *copy = new_doubles(count);
  double *product = new_doubles(count), *quotient = new_doubles(count), *prelu = new_doubles(count);
  double *larger = new_doubles(count), *smaller = new_doubles(count);
  for (long i = 0; i < count; i++) {
    const double x = (double)arguments.a[place_of(i, c->extents, c->a_strides, c->rank)];
    const double y = (double)arguments.b[place_of(i, c->extents, c->b_strides, c->rank)];
    sum[i] = x + y;
    difference[i] = x - y;
    product[i] = x * y;
    quotient[i] = x / y;
    larger[i] = x > y ? x : y;
    smaller[i] = x < y ? x : y;
    prelu[i] = x > 0 ? x : x * y;
    copy[i] = (double)arguments.scale * x;
  }
#define TEST(kernel, expected)                                                    \
  run_kernel(kernels->kernel, &arguments, tasks);                                 \
  expect_values(#kernel, arguments.out, expected, count, rounding, 0)
  TEST(broadcast_add, sum);
  TEST(broadcast_subtract, difference);
  TEST(broadcast_multiply, product);
  TEST(broadcast_divide, quotient);
  TEST(broadcast_maximum, larger);
  TEST(broadcast_minimum, smaller);
  TEST(broadcast_prelu, prelu);
  TEST(strided_copy, copy);
#undef TEST
}

// MARK: Reductions

typedef struct {
  const char *name;
  long kept_rank, kept[2], kept_strides[2], reduced_rank, reduced[2], reduced_strides[2], in_count;
} reduce_case;

static const reduce_case reduce_cases[] = {
    {"all", 0, {0}, {0}, 1, {10003}, {1}, 10003},
    {"rows", 1, {37}, {65}, 1, {65}, {1}, 37 * 65},
    {"short rows", 1, {700}, {3}, 1, {3}, {1}, 2100},
    {"columns", 1, {17}, {1}, 1, {149}, {17}, 17 * 149},
    {"pixels of images", 2, {4, 64}, {3136, 1}, 1, {49}, {64}, 4 * 3136},
    {"neither contiguous", 2, {4, 3}, {6, 48}, 2, {2, 6}, {24, 1}, 144},
};

static void test_reduction(const reduce_case *c) {
  begin_case("reduction over %s", c->name);
  const long kept = product_of(c->kept, c->kept_rank);
  const long reduced = product_of(c->reduced, c->reduced_rank);
  float *in = random_floats(c->in_count);
  // Few different numbers, so that there are several largest ones.
  for (long i = 0; i < c->in_count; i++) in[i] = roundf(in[i] * 32) / 32;
  fovea_reduce_arguments arguments = {
      .kept_rank = c->kept_rank, .reduced_rank = c->reduced_rank, .in = in, .scale = 0.37f,
      .out = unset_floats(kept)};
  memcpy(arguments.kept_extents, c->kept, sizeof c->kept);
  memcpy(arguments.kept_strides, c->kept_strides, sizeof c->kept_strides);
  memcpy(arguments.reduced_extents, c->reduced, sizeof c->reduced);
  memcpy(arguments.reduced_strides, c->reduced_strides, sizeof c->reduced_strides);
  const long tasks = fovea_reduce_tasks(&arguments);

  double *sums = new_doubles(kept), *largest = new_doubles(kept);
  double *gradients = new_doubles(c->in_count), most = 0;
  float *largest_floats = given_floats(kept, -INFINITY), *gradient = random_floats(kept);
  for (long k = 0; k < kept; k++) {
    const float *first = in + place_of(k, c->kept, c->kept_strides, c->kept_rank);
    double magnitudes = 0, ties = 0;
    for (long r = 0; r < reduced; r++) {
      const float x = first[place_of(r, c->reduced, c->reduced_strides, c->reduced_rank)];
      sums[k] += (double)arguments.scale * (double)x;
      magnitudes += fabs((double)x);
      if (x == largest_floats[k]) ties++;
      if (x > largest_floats[k]) {
        largest_floats[k] = x;
        ties = 1;
      }
    }
    most = fmax(most, magnitudes);
    largest[k] = (double)largest_floats[k];
    for (long r = 0; r < reduced; r++) {
      const float *x = first + place_of(r, c->reduced, c->reduced_strides, c->reduced_rank);
      gradients[x - in] = *x == largest_floats[k] ? (double)gradient[k] / ties : 0;
    }
  }
  run_kernel(kernels->reduce_sum, &arguments, tasks);
  expect_values("sum", arguments.out, sums, kept, rounding, 65 * rounding * most);
  run_kernel(kernels->reduce_max, &arguments, tasks);
  expect_values("maximum", arguments.out, largest, kept, 0, 0);
  arguments.out = unset_floats(c->in_count);
  arguments.largest = largest_floats;
  arguments.gradient = gradient;
  run_kernel(kernels->max_gradient, &arguments, tasks);
  expect_values("gradient of the maximum", arguments.out, gradients, c->in_count, 2 * rounding, 0);
}

static void test_row_sums(long rows, long columns) {
  begin_case("sums of %ld rows of %ld", rows, columns);
  const fovea_reduce_rows_arguments arguments = {
      .rows = rows, .columns = columns, .in = random_floats(rows * columns),
      .workspace = (double *)unset_bytes(fovea_reduce_rows_workspace_bytes(rows, columns)),
      .out = unset_floats(columns), .scale = 0.37f};
  fovea_step steps[fovea_reduce_rows_steps_count];
  run_steps(steps, fovea_reduce_rows_steps(kernels, &arguments, steps), 0);
  double *sums = new_doubles(columns);
  for (long i = 0; i < rows * columns; i++)
    sums[i % columns] += (double)arguments.scale * (double)arguments.in[i];
  expect_values("sum", arguments.out, sums, columns, rounding, 65 * rounding * (double)rows);
}

void test_tensors(void) {
  for (long i = 0; i < (long)(sizeof strided_cases / sizeof *strided_cases); i++)
    test_strided(&strided_cases[i]);
  for (long i = 0; i < (long)(sizeof reduce_cases / sizeof *reduce_cases); i++)
    test_reduction(&reduce_cases[i]);
  static const long sizes[][2] = {{1, 1}, {130, 5}, {3000, 17}, {257, 64}};
  for (long i = 0; i < 4; i++) test_row_sums(sizes[i][0], sizes[i][1]);
}
