// fovea_pool2d.h: pooling over windows and grid cells, and its gradients, float32.
//
//   max_pool2d           out[y][x][c] = max over the window's pixels inside the image
//   avg_pool2d           out[y][x][c] = sum over the window's pixels inside the image / divisor
//   adaptive_avg_pool2d  out[y][x][c] = mean over rows floor(y H / OH) ..< ceil((y + 1) H / OH) and
//                        columns alike
//   adaptive_max_pool2d  out[y][x][c] = max over the same
//   ..._gradient         in_gradient from out_gradient; max-pooling gives each window's gradient to its
//                        first largest pixel in row-major order
//
//   A window starts at y * stride_height - pad_top. The divisor of avg_pool2d is the number of the
//   window's pixels inside the image, or with count_include_pad inside the padded image.
//
// Layout    images [batch][height][width][channels], dense.
// Requires  lengths > 0; a dilation of 1 for averages. Nothing overlaps.
// Ensures   writes all of its result. NaN counts as the largest, the last one of several. A window
//           without a pixel inside the image has the maximum -infinity and the mean 0, and its gradient
//           goes nowhere.
// Numbers   averages add up in float32, each row of a window for itself.

#ifndef FOVEA_POOL2D_H
#define FOVEA_POOL2D_H

#include "fovea_kernels.h"

typedef struct {
  long batch, channels;
  long in_height, in_width, out_height, out_width;
  long kernel_height, kernel_width, stride_height, stride_width;
  long dilation_height, dilation_width;
  long pad_top, pad_left, pad_bottom, pad_right;
  bool count_include_pad;
  const float *_Nullable in;
  const float *_Nullable out_gradient;
  float *_Null_unspecified out;
} fovea_pool2d_arguments;

// Tasks of the forward kernels, and of the gradients.
long fovea_pool2d_tasks(const fovea_pool2d_arguments *_Nonnull arguments);
long fovea_pool2d_gradient_tasks(const fovea_pool2d_arguments *_Nonnull arguments);

#endif
