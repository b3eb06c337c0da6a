// fovea_reduce.h: sum, mean and maximum over some axes, and the maximum's gradient, float32.
//
//   reduce_rows      out[k] = scale * sum over r of in[r * columns + k]
//   reduce_sum       out[k] = scale * sum over r of in[k . kept_strides + r . reduced_strides]
//   reduce_max       out[k] = max over r of in[k . kept_strides + r . reduced_strides]
//   max_gradient     gradient_out at every place = in == largest[k] ? gradient[k] / ties(k) : 0,
//                    or NaN where largest[k] is NaN
//
// Layout    out, largest and gradient are dense in the order of the kept extents, outermost first;
//           gradient_out lies as `in` does.
// Requires  extents > 0; both ranks <= 6 and may be 0, then there is one index.
// Ensures   writes all of what it computes.
// Numbers   sums add up to 64 elements in float32, and those in double, in an order that the shape and
//           the instruction set alone settle: an error of at most 64 * 2^-24 of the sum of magnitudes.
//           NaN wins a maximum.

#ifndef FOVEA_REDUCE_H
#define FOVEA_REDUCE_H

#include "fovea_kernels.h"

enum { fovea_reduce_max_rank = 6, fovea_reduce_rows_steps_count = 2 };

typedef struct {
  long kept_rank, reduced_rank;
  long kept_extents[fovea_reduce_max_rank], kept_strides[fovea_reduce_max_rank];
  long reduced_extents[fovea_reduce_max_rank], reduced_strides[fovea_reduce_max_rank];
  const float *_Null_unspecified in;
  float *_Null_unspecified out;
  float scale;
  const float *_Nullable largest;
  const float *_Nullable gradient;
} fovea_reduce_arguments;

long fovea_reduce_tasks(const fovea_reduce_arguments *_Nonnull arguments);

typedef struct {
  long rows, columns;
  const float *_Null_unspecified in;
  double *_Null_unspecified workspace;
  float *_Null_unspecified out;
  float scale;
} fovea_reduce_rows_arguments;

size_t fovea_reduce_rows_workspace_bytes(long rows, long columns);
long fovea_reduce_rows_steps(
    const fovea_kernel_table *_Nonnull kernels,
    const fovea_reduce_rows_arguments *_Nonnull arguments, fovea_step *_Nonnull steps);

#endif
