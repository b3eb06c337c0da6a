// batch_norm_plan.h: the blocks of rows that batch normalisation is cut into.

#ifndef FOVEA_BATCH_NORM_PLAN_H
#define FOVEA_BATCH_NORM_PLAN_H

// Rows of a block: 16 Ki elements, so that the second look at a block finds it in the cache.
static inline long fovea_batch_norm_block_rows(long channels) {
  const long rows = (1 << 14) / channels;
  return rows < 1 ? 1 : rows;
}

static inline long fovea_batch_norm_blocks(long rows, long channels) {
  const long each = fovea_batch_norm_block_rows(channels);
  return (rows + each - 1) / each;
}

#endif
