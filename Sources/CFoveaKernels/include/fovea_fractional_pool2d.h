// fovea_fractional_pool2d.h: maximum pooling over windows at uneven distances, float32, and random numbers.
//
//   fractional_max_pool2d           out[y][x][c] = max over rows start(y) ..< start(y) + kernel_height and columns alike
//   fractional_max_pool2d_gradient  each window's gradient goes to its first largest pixel in row-major order
//
//   start(i) = trunc((i + u) * alpha) - trunc(u * alpha) with alpha = (extent - kernel) / (positions - 1), in float32;
//   the last window ends at the edge. u is samples[n][c][1] for rows and samples[n][c][0] for columns.
//
//   random_uniform                  out[i] = uniform(i) of fovea_dropout.h
//
// Layout    images [batch][height][width][channels], samples [batch][channels][2]; dense.
// Requires  lengths > 0, kernels not above the image's extents. A sample is held to 0 up to 1; NaN counts as 0.
// Ensures   writes all of out; NaN counts as the largest, the last one of several.

#ifndef FOVEA_FRACTIONAL_POOL2D_H
#define FOVEA_FRACTIONAL_POOL2D_H

#include "fovea_kernels.h"

typedef struct {
  long batch, channels;
  long in_height, in_width, out_height, out_width;
  long kernel_height, kernel_width;
  const float *_Nonnull in;
  const float *_Nonnull samples;
  const float *_Nullable out_gradient;
  float *_Nonnull out;
} fovea_fractional_pool2d_arguments;

typedef struct {
  long count;
  uint64_t seed, stream;
  const uint64_t *_Nonnull step;
  float *_Nonnull out;
} fovea_random_arguments;

// Tasks of both poolings; random_uniform has fovea_elementwise_tasks.
long fovea_fractional_pool2d_tasks(const fovea_fractional_pool2d_arguments *_Nonnull arguments);

#endif
