// fovea_strided.h: passes over tensors whose elements lie at strides, float32.
//
//   broadcast_add, _subtract, _multiply, _divide    out[i] = a[i . a_strides] op b[i . b_strides]
//   broadcast_maximum, _minimum    the larger, the smaller of both; NaN where one of them is
//   broadcast_prelu    out[i] = x > 0 ? x : b[i . b_strides] * x, where x = a[i . a_strides]
//   strided_copy    out[i . out_strides] = scale * a[i . a_strides]
//
//   for every index i in extents; i . s is the sum of i[axis] * s[axis].
//
// Layout    extents outermost first; a stride of 0 repeats. The result of broadcast_* is dense in the
//           order of the extents, that of strided_copy lies at out_strides. Lengths in elements.
// Requires  1 <= rank <= fovea_strided_max_rank, extents > 0. out may be a (or b) where it has the
//           same strides as out; else it overlaps neither. No two indices share a place in out.
// Ensures   writes the named places of out and nothing else.
// Numbers   each element is rounded once; a copy with scale 1 keeps all bits.

#ifndef FOVEA_STRIDED_H
#define FOVEA_STRIDED_H

#include "fovea_kernels.h"

enum { fovea_strided_max_rank = 6 };

typedef struct {
  long rank;
  long extents[fovea_strided_max_rank];
  long a_strides[fovea_strided_max_rank];
  long b_strides[fovea_strided_max_rank];
  long out_strides[fovea_strided_max_rank];
  const float *_Null_unspecified a;
  const float *_Nullable b;
  float *_Null_unspecified out;
  float scale;
} fovea_strided_arguments;

// How many tasks broadcast_* and strided_copy are cut into.
long fovea_strided_tasks(const fovea_strided_arguments *_Nonnull arguments);

#endif
