// resample_plan.h: the cut of resampling, which depends on its shape and table alone.

#ifndef FOVEA_RESAMPLE_PLAN_H
#define FOVEA_RESAMPLE_PLAN_H

#include "fovea_resample.h"
#include "sizes.h"

// Rows of `inner` elements that one task makes.
static inline long fovea_resample_rows_per_task(const fovea_resample_arguments *a) {
  enum { reads = 1 << 15 };
  const long terms = divide_up(a->starts[a->out_extent], a->out_extent) + 1;
  return reads / product_up_to(reads, a->inner, terms);
}

#endif
