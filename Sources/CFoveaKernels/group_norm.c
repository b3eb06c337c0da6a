// group_norm.c: the steps of group normalisation, and how they are cut.

#include "fovea_group_norm.h"
#include "group_norm_plan.h"

size_t fovea_group_norm_workspace_bytes(long images, long rows, long channels, long groups) {
  // Two numbers a part and channel, then two an image and group that the gradient's last step reads.
  const size_t parts = (size_t)fovea_group_norm_parts(images, rows, channels, groups);
  const size_t sums = size_product(parts, size_product(2, (size_t)channels));
  const size_t means = size_product((size_t)images, size_product(2, (size_t)groups));
  return size_product(size_sum(sums, means), sizeof(float));
}

size_t fovea_group_norm_scratch_bytes(long rows, long channels, long groups) {
  if (fovea_group_norm_has_rows_only(rows, groups)) return 0;
  // Four vectors in float, or two in double.
  return size_product(4 * sizeof(float), (size_t)channels);
}

static long image_blocks(long images, long rows, long channels) {
  return images * fovea_batch_norm_blocks(rows, channels);
}

long fovea_group_norm_steps(
    const fovea_kernel_table *kernels, const fovea_group_norm_arguments *a, fovea_step *steps) {
  if (fovea_group_norm_has_rows_only(a->rows, a->groups)) {
    const long each = fovea_group_norm_images_per_task(a->channels);
    steps[0] = (fovea_step){kernels->group_norm_rows, a, divide_up(a->images, each)};
    return 1;
  }
  const long blocks = image_blocks(a->images, a->rows, a->channels);
  steps[0] = (fovea_step){kernels->group_norm_statistics, a, blocks};
  steps[1] = (fovea_step){kernels->group_norm_combine, a, a->images};
  steps[2] = (fovea_step){kernels->group_norm_normalise, a, blocks};
  return 3;
}

long fovea_group_norm_gradient_steps(
    const fovea_kernel_table *kernels, const fovea_group_norm_gradient_arguments *a,
    fovea_step *steps) {
  const bool has_parameters = a->weight_gradient || a->bias_gradient;
  const fovea_step parameters = {
      kernels->group_norm_gradient_parameters, a, divide_up(a->channels, fovea_group_norm_joined)};
  if (fovea_group_norm_has_rows_only(a->rows, a->groups)) {
    const long each = has_parameters ? fovea_group_norm_summed_images(a->channels)
                                     : fovea_group_norm_images_per_task(a->channels);
    steps[0] = (fovea_step){kernels->group_norm_rows_gradient, a, divide_up(a->images, each)};
    if (!has_parameters) return 1;
    steps[1] = parameters;
    return 2;
  }
  const long blocks = image_blocks(a->images, a->rows, a->channels);
  steps[0] = (fovea_step){kernels->group_norm_gradient_sums, a, blocks};
  steps[1] = (fovea_step){kernels->group_norm_gradient_combine, a, a->images};
  steps[2] = (fovea_step){kernels->group_norm_gradient_apply, a, blocks};
  if (!has_parameters) return 3;
  steps[3] = parameters;
  return 4;
}
