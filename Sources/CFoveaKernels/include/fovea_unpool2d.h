// fovea_unpool2d.h: where the largest pixels of windows lie, and pixels put back there, float32.
//
//   max_pool2d_indices     indices[y][x][c] = the place row * width + column of the window's largest pixel
//   max_unpool2d           out = 0, then out[indices[p]][c] = in[p][c] for each pixel p in row-major order
//   max_unpool2d_gradient  out[p][c] = in[indices[p]][c]
//
// Layout    images [batch][height][width][channels] as in fovea_pool2d.h; in [batch][pixels][channels] and out
//           [batch][plane_pixels][channels] of max_unpool2d, the other way round for its gradient; dense.
// Requires  lengths > 0. Nothing overlaps.
// Ensures   of several pixels with one index the last remains. An index outside 0 ..< plane_pixels is left out, its
//           gradient is 0, and *status, 0 before, becomes 1.

#ifndef FOVEA_UNPOOL2D_H
#define FOVEA_UNPOOL2D_H

#include "fovea_kernels.h"

// For max_pool2d_indices: fovea_pool2d_arguments and fovea_pool2d_tasks, with `out` as the memory of int32 indices.

typedef struct {
  long batch, channels, pixels, plane_pixels;
  const float *_Nonnull in;
  const int32_t *_Nonnull indices;
  float *_Nonnull out;
  int32_t *_Nonnull status;
} fovea_unpool2d_arguments;

// Tasks of max_unpool2d, and of its gradient.
long fovea_unpool2d_tasks(const fovea_unpool2d_arguments *_Nonnull arguments);

#endif
