// resample.c: how resampling is cut into tasks.

#include "fovea_resample.h"
#include "resample_plan.h"

long fovea_resample_tasks(const fovea_resample_arguments *a) {
  return divide_up(a->outer * a->out_extent, fovea_resample_rows_per_task(a));
}
