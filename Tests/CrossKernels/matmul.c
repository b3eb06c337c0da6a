// matmul.c: products of matrices, each of them contiguous along rows or along columns.

#include "kernel_run.h"

static void test_product(long rows, long inner, long columns, bool turns_a, bool turns_b, bool has_bias) {
  begin_case(
      "product of %ld×%ld and %ld×%ld%s%s", rows, inner, inner, columns,
      turns_a ? ", the first by columns" : "", turns_b ? ", the second by columns" : "");
  const fovea_matmul_arguments product = {
      .rows = rows, .inner = inner, .columns = columns,
      .a = random_floats(rows * inner), .a_row_stride = turns_a ? 1 : inner,
      .a_column_stride = turns_a ? rows : 1,
      .b = random_floats(inner * columns), .b_row_stride = turns_b ? 1 : columns,
      .b_column_stride = turns_b ? inner : 1,
      .bias = has_bias ? random_floats(columns) : NULL, .out = unset_floats(rows * columns)};
  exact_sums exact = new_sums(rows * columns);
  for (long i = 0; i < rows; i++)
    for (long j = 0; j < columns; j++) {
      if (has_bias) add_product(&exact, i * columns + j, (double)product.bias[j], 1);
      for (long p = 0; p < inner; p++)
        add_product(
            &exact, i * columns + j,
            (double)product.a[i * product.a_row_stride + p * product.a_column_stride],
            (double)product.b[p * product.b_row_stride + j * product.b_column_stride]);
    }
  fovea_step steps[fovea_matmul_max_steps];
  const long count = fovea_matmul_steps(kernels, &product, steps);
  run_steps(steps, count, fovea_matmul_scratch_bytes(kernels, &product));
  expect_sums("product", product.out, &exact, 0);
}

// Products of rows×inner and inner×columns, the left ones `left` in number, each with each of `right` ones.
static void test_batch(long left, long right, long rows, long inner, long columns) {
  begin_case("%ld×%ld products of %ld×%ld and %ld×%ld", left, right, rows, inner, inner, columns);
  const long size = rows * columns;
  const fovea_batched_matmul_arguments batch = {
      .product = {
          .rows = rows, .inner = inner, .columns = columns, .a = random_floats(left * rows * inner),
          .a_row_stride = inner, .a_column_stride = 1, .b = random_floats(right * inner * columns),
          .b_row_stride = columns, .b_column_stride = 1, .out = unset_floats(left * right * size)},
      .rank = 2, .extents = {left, right}, .a_strides = {rows * inner, 0},
      .b_strides = {0, inner * columns}};
  exact_sums exact = new_sums(left * right * size);
  for (long i = 0; i < left * right * size; i++) {
    const long product = i / size, row = i % size / columns, column = i % columns;
    for (long p = 0; p < inner; p++)
      add_product(
          &exact, i, (double)batch.product.a[(product / right * rows + row) * inner + p],
          (double)batch.product.b[(product % right * inner + p) * columns + column]);
  }
  fovea_step steps[fovea_matmul_max_steps];
  const long count = fovea_batched_matmul_steps(kernels, &batch, steps);
  run_steps(steps, count, fovea_matmul_scratch_bytes(kernels, &batch.product));
  expect_sums("products", batch.product.out, &exact, 0);
}

void test_matmul(void) {
  static const long sizes[][3] = {
      {1, 1, 1}, {1, 300, 10}, {3, 37, 21}, {8, 64, 40}, {9, 5, 33}, {64, 130, 10},
      {45, 300, 67}, {250, 20, 30},
  };
  for (long i = 0; i < (long)(sizeof sizes / sizeof *sizes); i++)
    for (int turned = 0; turned < 4; turned++)
      test_product(
          sizes[i][0], sizes[i][1], sizes[i][2], turned & 1, turned & 2, (i + turned) % 2 == 0);
  test_batch(1, 1, 1, 1, 1);
  test_batch(3, 2, 9, 5, 33);
  test_batch(30, 20, 2, 3, 4);
  test_batch(2, 2, 64, 130, 70);
}
