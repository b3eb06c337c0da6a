// pool2d_plan.h: the cuts of pooling, which depend on its shape alone.

#ifndef FOVEA_POOL2D_PLAN_H
#define FOVEA_POOL2D_PLAN_H

#include "fovea_pool2d.h"
#include "sizes.h"

// Rows of the output that one task of a forward kernel makes.
static inline long fovea_pool2d_rows_per_task(const fovea_pool2d_arguments *a) {
  enum { reads = 1 << 15 };
  const long window = product_up_to(reads, a->kernel_height, a->kernel_width);
  const long row = product_up_to(reads, product_up_to(reads, a->out_width, a->channels), window);
  return reads / row;
}

// A gradient's task is one image and a block of its channels, so that windows may overlap.
enum { fovea_pool2d_channel_block = 64 };

static inline long fovea_pool2d_channel_blocks(const fovea_pool2d_arguments *a) {
  return divide_up(a->channels, fovea_pool2d_channel_block);
}

#endif
