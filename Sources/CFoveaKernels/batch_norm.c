// batch_norm.c: the steps of batch normalisation, and how they are cut.

#include "fovea_batch_norm.h"
#include "batch_norm_plan.h"

size_t fovea_batch_norm_workspace_bytes(long rows, long channels) {
  // Two numbers a block and channel, then two vectors that the last step reads.
  return ((size_t)fovea_batch_norm_blocks(rows, channels) * 2 + 2) * (size_t)channels
         * sizeof(float);
}

size_t fovea_batch_norm_scratch_bytes(long channels) { return 3 * (size_t)channels * sizeof(float); }

static long combine_tasks(long rows, long channels) {
  return divide_up(channels, fovea_batch_norm_channels_per_task(rows, channels));
}

long fovea_batch_norm_training_steps(
    const fovea_kernel_table *kernels, const fovea_batch_norm_arguments *arguments,
    fovea_step *steps) {
  const long blocks = fovea_batch_norm_blocks(arguments->rows, arguments->channels);
  steps[0] = (fovea_step){kernels->batch_norm_statistics, arguments, blocks};
  steps[1] = (fovea_step){
      kernels->batch_norm_combine, arguments, combine_tasks(arguments->rows, arguments->channels)};
  steps[2] = (fovea_step){kernels->batch_norm_normalise, arguments, blocks};
  return 3;
}

long fovea_batch_norm_inference_steps(
    const fovea_kernel_table *kernels, const fovea_batch_norm_arguments *arguments,
    fovea_step *steps) {
  const long blocks = fovea_batch_norm_blocks(arguments->rows, arguments->channels);
  steps[0] = (fovea_step){kernels->batch_norm_inference, arguments, blocks};
  return 1;
}

long fovea_batch_norm_repeated_steps(
    const fovea_kernel_table *kernels, const fovea_batch_norm_arguments *arguments,
    fovea_step *steps) {
  const long blocks = fovea_batch_norm_blocks(arguments->rows, arguments->channels);
  steps[0] = (fovea_step){kernels->batch_norm_normalise, arguments, blocks};
  return 1;
}

long fovea_batch_norm_gradient_steps(
    const fovea_kernel_table *kernels, const fovea_batch_norm_gradient_arguments *arguments,
    fovea_step *steps) {
  const long blocks = fovea_batch_norm_blocks(arguments->rows, arguments->channels);
  steps[0] = (fovea_step){kernels->batch_norm_gradient_sums, arguments, blocks};
  steps[1] = (fovea_step){
      kernels->batch_norm_gradient_combine, arguments,
      combine_tasks(arguments->rows, arguments->channels)};
  if (!arguments->in_gradient) return 2;
  steps[2] = (fovea_step){kernels->batch_norm_gradient_apply, arguments, blocks};
  return 3;
}
