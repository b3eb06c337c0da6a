// fovea_resample.h: weighted sums along one axis, float32.
//
//   resample    out[o][i][c] = sum over t in starts[i] ..< starts[i + 1] of weights[t] * in[o][indices[t]][c],
//               or `empty` where there is no t
//
// Layout    in [outer][in_extent][inner], out [outer][out_extent][inner], starts [out_extent + 1]; dense.
// Requires  lengths > 0; starts ascend from 0; 0 <= indices[t] < in_extent. Nothing overlaps.
// Ensures   writes all of out. A single term of weight 1 keeps all bits.
// Numbers   terms add up in float32 in their order.

#ifndef FOVEA_RESAMPLE_H
#define FOVEA_RESAMPLE_H

#include "fovea_kernels.h"

typedef struct {
  long outer, in_extent, out_extent, inner;
  const int32_t *_Nonnull starts;
  const int32_t *_Nonnull indices;
  const float *_Nonnull weights;
  const float *_Nonnull in;
  float *_Nonnull out;
  float empty;
} fovea_resample_arguments;

long fovea_resample_tasks(const fovea_resample_arguments *_Nonnull arguments);

#endif
