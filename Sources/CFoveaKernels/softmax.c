// softmax.c: the steps of softmax and cross-entropy, and how they are cut.

#include "fovea_elementwise.h"
#include "fovea_softmax.h"
#include "softmax_plan.h"

long fovea_softmax_tasks(const fovea_softmax_arguments *a) {
  const long rows = a->outer * a->inner, each = fovea_softmax_rows_per_task(a->length);
  return (rows + each - 1) / each;
}

size_t fovea_cross_entropy_workspace_bytes(long rows, long classes) {
  const long each = fovea_softmax_rows_per_task(classes);
  // A loss and a count for each task; the gradient's counts, of larger tasks, are fewer.
  return (size_t)((rows + each - 1) / each) * 2 * sizeof(double);
}

static long tasks(const fovea_cross_entropy_arguments *a) {
  const long each = fovea_softmax_rows_per_task(a->classes);
  return (a->rows + each - 1) / each;
}

long fovea_cross_entropy_steps(
    const fovea_kernel_table *kernels, const fovea_cross_entropy_arguments *arguments,
    fovea_step *steps) {
  steps[0] = (fovea_step){kernels->cross_entropy_rows, arguments, tasks(arguments)};
  steps[1] = (fovea_step){kernels->cross_entropy_sum, arguments, 1};
  return 2;
}

long fovea_cross_entropy_gradient_steps(
    const fovea_kernel_table *kernels, const fovea_cross_entropy_arguments *arguments,
    fovea_step *steps) {
  long count = 0;
  // The mean is over the rows that count, so those are counted first.
  if (arguments->labels && arguments->is_mean)
    steps[count++] = (fovea_step){
        kernels->cross_entropy_count, arguments, fovea_elementwise_tasks(arguments->rows)};
  steps[count++] = (fovea_step){kernels->cross_entropy_gradient, arguments, tasks(arguments)};
  return count;
}
