// take_plan.h: how the kernels of fovea_take.h are cut into tasks. Private to this target.

#ifndef FOVEA_TAKE_PLAN_H
#define FOVEA_TAKE_PLAN_H

#include "include/fovea_take.h"
#include "pass.h"
#include "sizes.h"

// Columns of a table whose gradient one task sums.
enum { embedding_columns = 64 };

static inline long embedding_rows_per_task(const fovea_embedding_arguments *p) {
  return max_of(1, FOVEA_CHUNK / p->width);
}

#endif
