// fovea_peak.h: the multiply-add rate of this processor, which other kernels are measured against.
//
//   peak   task t writes out[t] = x₀ + … + x₁₁, where xᵢ starts as i and `rounds` times becomes
//          ratio * xᵢ + step, in registers only
//
// Requires  rounds >= 0; a float in `out` for each task.

#ifndef FOVEA_PEAK_H
#define FOVEA_PEAK_H

#include "fovea_kernels.h"

typedef struct {
  long rounds;
  float ratio, step;
  float *_Nonnull out;
} fovea_peak_arguments;

// Vectors that a task multiplies and adds in a round: enough to hide an instruction's latency. So a
// task does rounds * fovea_peak_sums * vector_width multiply-adds.
enum { fovea_peak_sums = 12 };

#endif
