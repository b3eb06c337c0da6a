// take.c: embeddings, their gradient, and sums of elements that a table names.

#include "kernel_run.h"

static void test_embedding(long rows, long width, long count) {
  begin_case("embedding of %ld indices into %ld rows of %ld", count, rows, width);
  int32_t indices[count], status = 0;
  for (long i = 0; i < count; i++) indices[i] = (int32_t)(i * 7 % rows);
  fovea_embedding_arguments table = {
      .rows = rows, .width = width, .count = count, .in = random_floats(rows * width),
      .indices = indices, .padding = rows - 1, .status = &status,
      .out = unset_floats(count * width)};
  exact_sums exact = new_sums(count * width);
  for (long i = 0; i < count * width; i++)
    add_product(&exact, i, (double)table.in[indices[i / width] * width + i % width], 1);
  fovea_step step = {
      .kernel = kernels->embedding, .arguments = &table, .tasks = fovea_embedding_tasks(&table)};
  run_steps(&step, 1, 0);
  expect_sums("rows", table.out, &exact, 0);

  fovea_embedding_arguments gradient = table;
  gradient.in = random_floats(count * width);
  gradient.out = unset_floats(rows * width);
  exact_sums sums = new_sums(rows * width);
  for (long i = 0; i < count * width; i++)
    if (indices[i / width] != table.padding)
      add_product(&sums, indices[i / width] * width + i % width, (double)gradient.in[i], 1);
  step = (fovea_step){
      .kernel = kernels->embedding_gradient, .arguments = &gradient,
      .tasks = fovea_embedding_gradient_tasks(&gradient)};
  run_steps(&step, 1, 0);
  expect_sums("gradient", gradient.out, &sums, 0);
}

static void test_sums(long outer, long source, long result) {
  begin_case("%ld times %ld sums of %ld elements", outer, result, source);
  int32_t starts[result + 1], places[3 * result];
  starts[0] = 0;
  for (long i = 0; i < result; i++) starts[i + 1] = starts[i] + (int32_t)(i % 4);
  for (long j = 0; j < starts[result]; j++) places[j] = (int32_t)(j * 5 % source);
  fovea_sum_of_places_arguments table = {
      .outer = outer, .source = source, .result = result, .starts = starts, .places = places,
      .in = random_floats(outer * source), .out = unset_floats(outer * result)};
  exact_sums exact = new_sums(outer * result);
  for (long i = 0; i < outer * result; i++)
    for (long j = starts[i % result]; j < starts[i % result + 1]; j++)
      add_product(&exact, i, (double)table.in[i / result * source + places[j]], 1);
  fovea_step step = {
      .kernel = kernels->sum_of_places, .arguments = &table,
      .tasks = fovea_sum_of_places_tasks(&table)};
  run_steps(&step, 1, 0);
  expect_sums("sums", table.out, &exact, 0);
}

void test_take(void) {
  test_embedding(1, 1, 1);
  test_embedding(9, 70, 40);
  test_embedding(300, 130, 600);
  test_sums(1, 1, 2);
  test_sums(70, 33, 600);
}
