// batch_norm_plan.h: the blocks that batch normalisation is cut into.

#ifndef FOVEA_BATCH_NORM_PLAN_H
#define FOVEA_BATCH_NORM_PLAN_H

#include "sizes.h"

// Channels whose blocks are joined at a time.
enum { fovea_batch_norm_combined = 16 };

// Rows of a block: 16 Ki elements, so that the second look at a block finds it in the cache; but enough
// rows for what a block costs beside them.
static inline long fovea_batch_norm_block_rows(long channels) {
  return max_of((1 << 14) / channels, 32);
}

static inline long fovea_batch_norm_blocks(long rows, long channels) {
  return divide_up(rows, fovea_batch_norm_block_rows(channels));
}

// Channels of one task that joins blocks.
static inline long fovea_batch_norm_channels_per_task(long rows, long channels) {
  return round_up(
      max_of((1 << 13) / fovea_batch_norm_blocks(rows, channels), 1), fovea_batch_norm_combined);
}

#endif
