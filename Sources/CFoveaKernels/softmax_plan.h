// softmax_plan.h: the cuts of softmax and cross-entropy.

#ifndef FOVEA_SOFTMAX_PLAN_H
#define FOVEA_SOFTMAX_PLAN_H

// Rows of one task; an exponential is worth some ten additions.
static inline long fovea_softmax_rows_per_task(long length) {
  const long rows = (1 << 12) / length;
  return rows < 1 ? 1 : rows;
}

#endif
