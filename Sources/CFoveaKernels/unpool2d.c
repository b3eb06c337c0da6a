// unpool2d.c: how un-pooling and fractional pooling are cut into tasks.

#include "fovea_fractional_pool2d.h"
#include "fovea_unpool2d.h"
#include "pool2d_plan.h"

// An image and a block of its channels, so that places may be written in any order.
long fovea_unpool2d_tasks(const fovea_unpool2d_arguments *a) {
  return a->batch * divide_up(a->channels, fovea_pool2d_channel_block);
}

long fovea_fractional_pool2d_tasks(const fovea_fractional_pool2d_arguments *a) {
  return a->batch * divide_up(a->channels, fovea_pool2d_channel_block);
}
