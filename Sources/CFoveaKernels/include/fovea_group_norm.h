// fovea_group_norm.h: normalisation of groups of channels, each image by itself, float32.
//
//   out = (in - mean) * inverse_deviation * weight[c] + bias[c]
//
//   mean and biased variance over all rows of an image and all channels of a group, of which `groups`
//   make up the channels in order; inverse_deviation = 1 / sqrt(variance + epsilon)
//   gradient   with h = (in - mean) * inverse_deviation, g = out_gradient * weight[c], and means over a
//              group of an image:
//              in_gradient = inverse_deviation * (g - mean of g - h * mean of g h)
//              weight_gradient[c] = sum of out_gradient * h, bias_gradient[c] = sum of out_gradient,
//              over images and rows
//
//   Layer normalisation is the case of one row and one group.
//
// Layout    in, out and their gradients [images][rows][channels], dense; mean and inverse_deviation
//           [images][groups]; weight, bias and their gradients [channels]. weight or bias NULL is 1 or 0.
// Requires  lengths > 0, channels a multiple of groups. out may be in, in_gradient may be out_gradient;
//           nothing else that is written overlaps what is read.
// Ensures   writes all of its results; weight_gradient and bias_gradient unless both are NULL.
// Numbers   blocks of rows give mean and squared deviations of their own, which are joined in double by
//           T. Chan et al., doi:10.2307/2683386; a single row adds up to 64 numbers of a lane in float32,
//           and those in double. The order is settled by shape and instruction set alone.

#ifndef FOVEA_GROUP_NORM_H
#define FOVEA_GROUP_NORM_H

#include "fovea_kernels.h"

enum { fovea_group_norm_max_steps = 4 };

typedef struct {
  long images, rows, channels, groups;
  float epsilon;
  const float *_Null_unspecified in;
  const float *_Nullable weight;
  const float *_Nullable bias;
  float *_Null_unspecified workspace;
  float *_Null_unspecified out;
  float *_Null_unspecified mean;
  float *_Null_unspecified inverse_deviation;
} fovea_group_norm_arguments;

typedef struct {
  long images, rows, channels, groups;
  const float *_Null_unspecified in;
  const float *_Null_unspecified out_gradient;
  const float *_Null_unspecified mean;
  const float *_Null_unspecified inverse_deviation;
  const float *_Nullable weight;
  float *_Null_unspecified workspace;
  float *_Null_unspecified in_gradient;
  float *_Nullable weight_gradient;
  float *_Nullable bias_gradient;
} fovea_group_norm_gradient_arguments;

// Workspace of both passes, and scratch for each thread.
size_t fovea_group_norm_workspace_bytes(long images, long rows, long channels, long groups);
size_t fovea_group_norm_scratch_bytes(long rows, long channels, long groups);

long fovea_group_norm_steps(
    const fovea_kernel_table *_Nonnull kernels,
    const fovea_group_norm_arguments *_Nonnull arguments, fovea_step *_Nonnull steps);
long fovea_group_norm_gradient_steps(
    const fovea_kernel_table *_Nonnull kernels,
    const fovea_group_norm_gradient_arguments *_Nonnull arguments, fovea_step *_Nonnull steps);

#endif
