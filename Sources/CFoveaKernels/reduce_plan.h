// reduce_plan.h: the cuts of a reduction, which depend on its shape alone.

#ifndef FOVEA_REDUCE_PLAN_H
#define FOVEA_REDUCE_PLAN_H

#include "fovea_reduce.h"
#include "sizes.h"

// Rows of one block of a [rows][columns] matrix: about 32 Ki elements, in whole runs of 64.
static inline long fovea_reduce_block_rows(long columns) {
  return max_of((1 << 15) / columns / 64 * 64, 64);
}

static inline long fovea_reduce_blocks(long rows, long columns) {
  return divide_up(rows, fovea_reduce_block_rows(columns));
}

static inline long fovea_reduce_count(const long *extents, long rank) {
  long count = 1;
  for (long axis = 0; axis < rank; axis++) count *= extents[axis];
  return count;
}

// Whether the innermost reduced axis is contiguous; then one kept element is made at a time.
static inline bool fovea_reduce_runs_are_contiguous(const fovea_reduce_arguments *a) {
  return a->reduced_rank > 0 && a->reduced_strides[a->reduced_rank - 1] == 1
         && a->reduced_extents[a->reduced_rank - 1] > 1;
}

// Whether kept neighbours are contiguous in the input; then they are made together.
static inline bool fovea_reduce_keeps_neighbours(const fovea_reduce_arguments *a) {
  return a->kept_rank > 0 && a->kept_strides[a->kept_rank - 1] == 1
         && !fovea_reduce_runs_are_contiguous(a);
}

// Kept elements of one task: 32 Ki elements of the input, in whole vectors where they are made together.
static inline long fovea_reduce_kept_per_task(const fovea_reduce_arguments *a) {
  const long each =
      max_of((1 << 15) / fovea_reduce_count(a->reduced_extents, a->reduced_rank), 1);
  return fovea_reduce_keeps_neighbours(a) ? round_up(each, 16) : each;
}

#endif
