// deformable.c: how deformable sampling is cut into tasks.

#include "fovea_deformable.h"
#include "pool2d_plan.h"

// A row of results.
long fovea_deformable_tasks(const fovea_deformable_arguments *a) {
  return a->batch * a->out_height;
}

// An image and a block of its channels, so that pixels may be added to in any order.
long fovea_deformable_input_gradient_tasks(const fovea_deformable_arguments *a) {
  return a->batch * divide_up(a->channels, fovea_pool2d_channel_block);
}
