// fovea_condition.h: whether numbers are finite, and what follows from a condition, float32.
//
//   all_finite       out[task] = 1 where the task's chunk of `in` has neither infinity nor NaN, else 0
//   all_finite_join  out[0] = 1 where none of `in` is 0, else 0; one task
//   select           out = condition[0] != 0 ? in : other
//
// Layout    dense; `count` elements. The condition is read when a task runs.
// Requires  count >= 0. out of select may be in or other; else nothing that is written overlaps.
//           The tasks of all_finite and select are fovea_elementwise_tasks(count).

#ifndef FOVEA_CONDITION_H
#define FOVEA_CONDITION_H

#include "fovea_kernels.h"

typedef struct {
  long count;
  const float *_Nonnull in;
  float *_Nonnull out;
} fovea_all_finite_arguments;

typedef struct {
  long count;
  const float *_Nonnull condition;
  const float *_Nonnull in;
  const float *_Nonnull other;
  float *_Nonnull out;
} fovea_select_arguments;

#endif
