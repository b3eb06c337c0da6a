// matmul.c: the sizes and the steps of fovea_matmul.h.

#include "include/fovea_matmul.h"

#include "matmul_plan.h"
#include "sizes.h"

// The largest block, whose parts of a, b and out stay in the second-level cache together.
enum { most_rows = 240, most_columns = 256 };
// Up to so many rows, packing b costs about as much as the product.
enum { most_few_rows = 8, least_dot_inner = 32, dot_columns = 32, row_sum_columns = 512 };
enum { least_work = 128 * 1024, wanted_tasks = 16, most_batch_tasks = 256 };

static matmul_method method_for(const fovea_matmul_arguments *p) {
  if (p->rows > most_few_rows) return matmul_panels;
  if (p->b_column_stride == 1) return matmul_row_sums;
  const bool is_contiguous = p->a_column_stride == 1 && p->b_row_stride == 1;
  return is_contiguous && p->inner >= least_dot_inner ? matmul_dot_products : matmul_panels;
}

static long most_block_columns(matmul_method method) {
  switch (method) {
    case matmul_panels: return most_columns;
    case matmul_dot_products: return dot_columns;
    case matmul_row_sums: return row_sum_columns;
  }
}

matmul_plan fovea_matmul_plan(const fovea_matmul_arguments *p, long vector_width) {
  const long width = 2 * vector_width;
  matmul_plan plan = {.method = method_for(p)};
  long limit = 1L << 60;
  long work = product_up_to(limit, product_up_to(limit, p->rows, p->columns), p->inner);
  long wanted = max_of(1, min_of(wanted_tasks, work / least_work));
  plan.row_blocks = divide_up(p->rows, most_rows);
  plan.block_rows = divide_up(p->rows, plan.row_blocks);
  long column_blocks = max_of(
      divide_up(p->columns, most_block_columns(plan.method)),
      divide_up(wanted, plan.row_blocks));
  plan.block_columns = round_up(divide_up(p->columns, column_blocks), width);
  plan.column_blocks = divide_up(p->columns, plan.block_columns);
  long tasks = product_up_to(limit, plan.row_blocks, plan.column_blocks);
  if (tasks < wanted && plan.method == matmul_panels) {
    // Six rows are one tile of the micro-kernel.
    plan.block_rows =
        min_of(plan.block_rows, round_up(divide_up(p->rows, divide_up(wanted, tasks)), 6));
    plan.row_blocks = divide_up(p->rows, plan.block_rows);
    tasks = product_up_to(limit, plan.row_blocks, plan.column_blocks);
  }
  plan.tasks = tasks;
  if (plan.method == matmul_panels) {
    size_t lists = (2 * (size_t)plan.block_rows + matmul_steps) * sizeof(long);
    plan.scratch_bytes =
        lists + matmul_steps * (size_t)plan.block_columns * sizeof(float) + 64;
  }
  return plan;
}

size_t fovea_matmul_scratch_bytes(
    const fovea_kernel_table *kernels, const fovea_matmul_arguments *arguments) {
  return fovea_matmul_plan(arguments, kernels->vector_width).scratch_bytes;
}

long fovea_matmul_steps(
    const fovea_kernel_table *kernels, const fovea_matmul_arguments *arguments,
    fovea_step *steps) {
  const long tasks = fovea_matmul_plan(arguments, kernels->vector_width).tasks;
  *steps = (fovea_step){.kernel = kernels->matmul, .arguments = arguments, .tasks = tasks};
  return 1;
}

batched_matmul_plan fovea_batched_matmul_plan(
    const fovea_batched_matmul_arguments *p, long vector_width) {
  batched_matmul_plan plan = {
      .products = 1, .products_per_task = 1,
      .tasks_per_product = fovea_matmul_plan(&p->product, vector_width).tasks};
  for (long axis = 0; axis < p->rank; axis++) plan.products *= p->extents[axis];
  if (plan.tasks_per_product == 1)
    plan.products_per_task = divide_up(plan.products, most_batch_tasks);
  plan.tasks = divide_up(plan.products, plan.products_per_task) * plan.tasks_per_product;
  return plan;
}

long fovea_batched_matmul_steps(
    const fovea_kernel_table *kernels, const fovea_batched_matmul_arguments *arguments,
    fovea_step *steps) {
  const long tasks = fovea_batched_matmul_plan(arguments, kernels->vector_width).tasks;
  *steps = (fovea_step){.kernel = kernels->batched_matmul, .arguments = arguments, .tasks = tasks};
  return 1;
}
