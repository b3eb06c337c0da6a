// local_response_norm_plan.h: how local response normalisation is cut into tasks.

#ifndef FOVEA_LOCAL_RESPONSE_NORM_PLAN_H
#define FOVEA_LOCAL_RESPONSE_NORM_PLAN_H

#include "sizes.h"

static inline long fovea_local_response_norm_pixels_per_task(long channels) {
  return max_of((1 << 13) / channels, 1);
}

#endif
