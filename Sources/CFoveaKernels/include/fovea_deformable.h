// fovea_deformable.h: what the taps of a deformable convolution read, and its gradients, float32.
//
//   deformable_sample           out[y][x][c][t] = mask[y][x][g][t] * image(y', x')[c], with g the group of channel c,
//       y' = y * stride_height - pad_top + (t / kernel_width) * dilation_height + offset[y][x][g][t][0],
//       x' = x * stride_width - pad_left + (t % kernel_width) * dilation_width + offset[y][x][g][t][1],
//       image(y', x') interpolated linearly between four pixels, of which those outside the image are 0; 0 for y' or x'
//       not inside -1 and the image's extent, both left out, and for NaN
//   deformable_input_gradient   out[pixel][c] = sum over y, x, t of gradient * mask * the pixel's part
//   deformable_offset_gradient  out[y][x][g][t] = sum over the group's c of gradient * mask * image's slope down and to
//       the right; mask_out[y][x][g][t] = sum over c of gradient * image(y', x')[c]
//
// Layout    images [batch][in_height][in_width][channels]; out of the first kernel and gradient
//           [batch][out_height][out_width][channels][taps]; offset [batch][out_height][out_width][groups][taps][2], mask
//           alike without the 2; dense.
// Requires  lengths > 0, groups divides channels. mask or NULL, which stands for ones; mask_out is NULL where it is.
//           Nothing overlaps.
// Ensures   writes all of out and of mask_out; sums have one order for any number of threads.

#ifndef FOVEA_DEFORMABLE_H
#define FOVEA_DEFORMABLE_H

#include "fovea_kernels.h"

typedef struct {
  long batch, channels, groups;
  long in_height, in_width, out_height, out_width;
  long kernel_height, kernel_width, stride_height, stride_width;
  long dilation_height, dilation_width, pad_top, pad_left;
  const float *_Nullable in;
  const float *_Nonnull offset;
  const float *_Nullable mask;
  const float *_Nullable gradient;
  float *_Nonnull out;
  float *_Nullable mask_out;
} fovea_deformable_arguments;

// Tasks of deformable_sample and of deformable_offset_gradient.
long fovea_deformable_tasks(const fovea_deformable_arguments *_Nonnull arguments);

// Tasks of deformable_input_gradient.
long fovea_deformable_input_gradient_tasks(const fovea_deformable_arguments *_Nonnull arguments);

#endif
