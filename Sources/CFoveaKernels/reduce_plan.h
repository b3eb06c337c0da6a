// reduce_plan.h: the cuts of a reduction, which depend on its shape alone.

#ifndef FOVEA_REDUCE_PLAN_H
#define FOVEA_REDUCE_PLAN_H

// Rows of one block of a [rows][columns] matrix: about 32 Ki elements, in whole runs of 64.
static inline long fovea_reduce_block_rows(long columns) {
  const long rows = (1 << 15) / columns / 64 * 64;
  return rows < 64 ? 64 : rows;
}

static inline long fovea_reduce_blocks(long rows, long columns) {
  const long each = fovea_reduce_block_rows(columns);
  return (rows + each - 1) / each;
}

// Kept elements of one task where each is made of `reduced` elements.
static inline long fovea_reduce_kept_per_task(long reduced) {
  const long each = (1 << 15) / reduced;
  return each < 1 ? 1 : each;
}

#endif
