// group_norm_plan.h: the blocks that group normalisation is cut into.

#ifndef FOVEA_GROUP_NORM_PLAN_H
#define FOVEA_GROUP_NORM_PLAN_H

#include <stdbool.h>

#include "batch_norm_plan.h"

// Channels whose parameters' gradients are joined at a time.
enum { fovea_group_norm_joined = 16 };

// Whether each image is one row and one group, which one task reads to its end.
static inline bool fovea_group_norm_has_rows_only(long rows, long groups) {
  return rows == 1 && groups == 1;
}

// Images of one task, where an image is a single row.
static inline long fovea_group_norm_images_per_task(long channels) {
  return max_of((1 << 14) / channels, 1);
}

// The same where a task also sums over its images: enough of them for what its sums cost.
static inline long fovea_group_norm_summed_images(long channels) {
  return fovea_batch_norm_block_rows(channels);
}

// Sums that the gradients of weight and bias are joined from.
static inline long fovea_group_norm_parts(long images, long rows, long channels, long groups) {
  return fovea_group_norm_has_rows_only(rows, groups)
             ? divide_up(images, fovea_group_norm_summed_images(channels))
             : images * fovea_batch_norm_blocks(rows, channels);
}

#endif
