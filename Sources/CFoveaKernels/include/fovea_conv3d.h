// fovea_conv3d.h: convolution of volumes (cross-correlation) and its gradients, float32.
//
//   out[n][o][z][y][x] = bias[o] + sum over c, i, j, k of weight[o][c][i][j][k]
//                        * in[n][g C + c][z s0 - p0 + i d0][y s1 - p1 + j d1][x s2 - p2 + k d2]
//   with 0 for reads outside; C = in_channels / groups, g = o / (out_channels / groups);
//   stride s, pad p, dilation d.
//
//   conv3d_input_gradient     in_gradient from out_gradient and weight
//   conv3d_weight_gradient    weight_gradient from in and out_gradient
//
// Layout    in [batch][in_channels][in...], out [batch][out_channels][out...],
//           weight [out_channels][in_channels / groups][kernel...]; dense, row-major; `...` stands for
//           depth, height and width.
// Requires  lengths > 0; groups divides both numbers of channels; no tensor longer than PTRDIFF_MAX bytes;
//           results overlap nothing that is read.
// Ensures   writes all of the result; allocates nothing, keeps nothing, cannot fail.
// Numbers   sums go row by row, tap by tap, in float; the weight's gradient adds rows in double. The difference
//           from the exact value is at most 2 n 2^-24 times the sum of magnitudes, n terms.
// Kernel    templates/conv3d_f32.h: plain rows, made to be right; images have fovea_conv2d.h.

#ifndef FOVEA_CONV3D_H
#define FOVEA_CONV3D_H

#include "fovea_kernels.h"

typedef struct {
  long batch, in_channels, out_channels, groups;
  long in[3], out[3], kernel[3], stride[3], dilation[3], pad[3];
  const float *_Null_unspecified x;       // in, or out_gradient for the input's gradient
  const float *_Null_unspecified y;       // weight, or out_gradient for the weight's gradient
  const float *_Nullable bias;
  float *_Null_unspecified result;
} fovea_conv3d_arguments;

// How many tasks each kernel is cut into.
long fovea_conv3d_tasks(const fovea_conv3d_arguments *_Nonnull arguments);
long fovea_conv3d_input_gradient_tasks(const fovea_conv3d_arguments *_Nonnull arguments);
long fovea_conv3d_weight_gradient_tasks(const fovea_conv3d_arguments *_Nonnull arguments);

#endif
