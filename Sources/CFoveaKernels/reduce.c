// reduce.c: how reductions are cut into tasks and blocks.

#include "fovea_reduce.h"
#include "reduce_plan.h"

long fovea_reduce_tasks(const fovea_reduce_arguments *arguments) {
  const long kept = fovea_reduce_count(arguments->kept_extents, arguments->kept_rank);
  return divide_up(kept, fovea_reduce_kept_per_task(arguments));
}

size_t fovea_reduce_rows_workspace_bytes(long rows, long columns) {
  return (size_t)fovea_reduce_blocks(rows, columns) * (size_t)columns * sizeof(double);
}

long fovea_reduce_rows_steps(
    const fovea_kernel_table *kernels, const fovea_reduce_rows_arguments *arguments,
    fovea_step *steps) {
  const long blocks = fovea_reduce_blocks(arguments->rows, arguments->columns);
  steps[0] = (fovea_step){kernels->reduce_rows_partial, arguments, blocks};
  steps[1] = (fovea_step){kernels->reduce_rows_combine, arguments, 1};
  return 2;
}
