// fovea_softmax.h: softmax and its logarithm along one axis, and cross-entropy, float32.
//
//   softmax        out = exp(in - m) / sum of exp(in - m), with m the largest along the axis
//   log_softmax    out = in - m - log(sum of exp(in - m))
//   cross_entropy  loss = scale * sum over rows of (log(sum exp in) - sum over classes of q * in), with q
//                  the target mixed with smoothing / classes in every class; a row whose label is
//                  ignore_index counts for nothing; scale is 1 or, for a mean, 1 / counted rows
//   ..._gradient   gradient * scale * (softmax * sum q - q), and for soft targets the targets' gradient
//
// Layout    softmax: [outer][length][inner], dense. cross_entropy: logits [rows][classes], dense; labels
//           [rows], or targets [rows][classes].
// Requires  lengths > 0. out of softmax may be in; nothing else overlaps.
// Ensures   a label outside 0 ..< classes that is not ignore_index is never used as an index: its row
//           counts for nothing, and *status, 0 before, becomes the first such row's number plus one.
// Numbers   sums over a row and over rows are in double, in an order that the shape and the
//           instruction set alone settle; exp is within two units in the last place.

#ifndef FOVEA_SOFTMAX_H
#define FOVEA_SOFTMAX_H

#include "fovea_kernels.h"

enum { fovea_cross_entropy_max_steps = 2 };

typedef struct {
  long outer, length, inner;
  const float *_Null_unspecified in;
  float *_Null_unspecified out;
} fovea_softmax_arguments;

long fovea_softmax_tasks(const fovea_softmax_arguments *_Nonnull arguments);

typedef struct {
  long rows, classes;
  const float *_Null_unspecified logits;
  const int32_t *_Nullable labels;
  const float *_Nullable targets;
  int32_t ignore_index;
  float smoothing;
  bool is_mean;
  int32_t *_Null_unspecified status;
  double *_Null_unspecified workspace;
  float *_Nullable loss;
  const float *_Nullable gradient;
  float *_Nullable logits_gradient;
  float *_Nullable targets_gradient;
} fovea_cross_entropy_arguments;

size_t fovea_cross_entropy_workspace_bytes(long rows, long classes);
long fovea_cross_entropy_steps(
    const fovea_kernel_table *_Nonnull kernels,
    const fovea_cross_entropy_arguments *_Nonnull arguments, fovea_step *_Nonnull steps);
long fovea_cross_entropy_gradient_steps(
    const fovea_kernel_table *_Nonnull kernels,
    const fovea_cross_entropy_arguments *_Nonnull arguments, fovea_step *_Nonnull steps);

#endif
