// fovea_batch_norm.h: normalisation of each channel over all pixels of a batch, float32.
//
//   out = (in - mean[c]) * inverse_deviation[c] * weight[c] + bias[c]
//
//   training   mean and biased variance of the batch, inverse_deviation = 1 / sqrt(variance + epsilon);
//              new_running = (1 - momentum) * running + momentum * batch, with the unbiased variance
//   inference  mean and variance are running ones
//   folded     into the convolution before it: scale = weight / sqrt(variance + epsilon) for its
//              weights, shift = bias + (convolution_bias - mean) * scale for its bias
//   gradient   with h = (in - mean) * inverse_deviation and sums over the rows:
//              bias_gradient = sum g, weight_gradient = sum g h,
//              in_gradient = weight * inverse_deviation * (g - sum g / rows - h * sum g h / rows)
//
// Layout    [rows][channels], dense; a row is a pixel; vectors [channels]. weight or bias NULL is 1 or 0.
// Requires  rows > 1 in training. in_gradient may be out_gradient, new_running_* may be running_*, out
//           of inference may be in; nothing else that is written overlaps what is read.
//           An epilogue (fovea_epilogue.h, without a bias of its own) ends training, inference
//           and the gradient of `in`.
// Ensures   writes all of its results; of the gradient, those that are not NULL.
// Numbers   blocks of rows give mean and squared deviations of their own, which are joined in double by
//           T. Chan et al., doi:10.2307/2683386, in an order that the shape alone settles.

#ifndef FOVEA_BATCH_NORM_H
#define FOVEA_BATCH_NORM_H

#include "fovea_epilogue.h"
#include "fovea_kernels.h"

enum { fovea_batch_norm_max_steps = 3 };

typedef struct {
  long rows, channels;
  float epsilon, momentum;
  const float *_Null_unspecified in;
  const float *_Nullable weight;
  const float *_Nullable bias;
  const float *_Null_unspecified running_mean;
  const float *_Null_unspecified running_variance;
  float *_Nullable workspace;
  float *_Null_unspecified out;
  float *_Nullable mean;
  float *_Nullable inverse_deviation;
  float *_Nullable new_running_mean;
  float *_Nullable new_running_variance;
  fovea_epilogue epilogue;
} fovea_batch_norm_arguments;

typedef struct {
  long channels;
  float epsilon;
  const float *_Null_unspecified running_mean;
  const float *_Null_unspecified running_variance;
  const float *_Nullable weight;
  const float *_Nullable bias;
  const float *_Nullable convolution_bias;
  float *_Null_unspecified scale;
  float *_Null_unspecified shift;
} fovea_batch_norm_fold_arguments;

typedef struct {
  long rows, channels;
  const float *_Null_unspecified in;
  const float *_Null_unspecified out_gradient;
  const float *_Null_unspecified mean;
  const float *_Null_unspecified inverse_deviation;
  const float *_Nullable weight;
  float *_Null_unspecified workspace;
  float *_Nullable in_gradient;
  float *_Nullable weight_gradient;
  float *_Nullable bias_gradient;
  fovea_epilogue epilogue;
} fovea_batch_norm_gradient_arguments;

// Arguments of the kernel `batch_norm_fold`, which is one task, are fovea_batch_norm_fold_arguments.
// Workspace of training and of the gradient, from rows and channels.
size_t fovea_batch_norm_workspace_bytes(long rows, long channels);
// Scratch for each thread, of every step.
size_t fovea_batch_norm_scratch_bytes(long channels);

long fovea_batch_norm_training_steps(
    const fovea_kernel_table *_Nonnull kernels,
    const fovea_batch_norm_arguments *_Nonnull arguments, fovea_step *_Nonnull steps);
long fovea_batch_norm_inference_steps(
    const fovea_kernel_table *_Nonnull kernels,
    const fovea_batch_norm_arguments *_Nonnull arguments, fovea_step *_Nonnull steps);
// The last step of training alone, with `mean` and `inverse_deviation` as it found them.
long fovea_batch_norm_repeated_steps(
    const fovea_kernel_table *_Nonnull kernels,
    const fovea_batch_norm_arguments *_Nonnull arguments, fovea_step *_Nonnull steps);
long fovea_batch_norm_gradient_steps(
    const fovea_kernel_table *_Nonnull kernels,
    const fovea_batch_norm_gradient_arguments *_Nonnull arguments, fovea_step *_Nonnull steps);

#endif
