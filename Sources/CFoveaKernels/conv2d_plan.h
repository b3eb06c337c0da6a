// conv2d_plan.h: how a convolution's passes are cut into tasks. Private to this target.
//
// Forward and input gradient are the same computation, a correlation from a source to a target:
//
//   target[t(q, phase)] = sum over the taps of the phase of source[origin + q * step + offset(tap)]
//
// on each axis, for q in 0..<positions. Forward reads the input with one phase. The input gradient
// reads the output gradient; with stride s an input pixel meets only the taps of its own phase,
// (pixel + pad) mod s == (tap * dilation) mod s, so there are s phases and step is 1.

#ifndef FOVEA_CONV2D_PLAN_H
#define FOVEA_CONV2D_PLAN_H

#include "include/fovea_conv2d.h"

typedef struct {
  long source, target;             // extents
  long positions, step, origin;    // origin may be negative: padding
  long span;                       // source pixels from the first to the last offset of any tap
  long phases, target_origin;      // t(q, phase) = target_origin + q * phases + phase
  long kernel, stride, dilation;
  bool is_gradient;
} conv2d_axis;

// The taps of one phase by rising offset: tap + i * tap_step lies at offset + i * offset_step.
typedef struct {
  long count, tap, tap_step, offset, offset_step;
} conv2d_taps;

typedef struct {
  conv2d_axis height, width;
  long batch, groups, taps;
  long source_channels, target_channels;  // of a pixel in memory
  long group_source, group_target;        // of one group
  long panel_columns;                     // group_target, rounded up to whole vectors
  long panels;                            // of one group

  // A task takes block_images images, or block_rows rows of positions of one image, and
  // block_panels panels of one group (or, in a weight gradient, a chunk of such blocks).
  long block_images, image_blocks, block_rows, row_blocks, block_panels, column_blocks;
  long chunks;
  long tasks, pack_tasks;
  bool copies;  // tasks copy what they read into scratch, with its padding
  long pixel_pitch, row_pitch, image_pitch;  // of what tasks read
  long block_pixels, max_steps;

  size_t packed_bytes, workspace_bytes, scratch_bytes;
} conv2d_plan;

conv2d_taps fovea_conv2d_taps(const conv2d_axis *axis, long phase);

// The axes of one pass: is_gradient chooses the input gradient.
conv2d_axis fovea_conv2d_height(const fovea_conv2d_geometry *geometry, bool is_gradient);
conv2d_axis fovea_conv2d_width(const fovea_conv2d_geometry *geometry, bool is_gradient);

conv2d_plan fovea_conv2d_forward_plan(const fovea_conv2d_geometry *geometry, long vector_width);
conv2d_plan fovea_conv2d_input_gradient_plan(
    const fovea_conv2d_geometry *geometry, long vector_width);
conv2d_plan fovea_conv2d_weight_gradient_plan(
    const fovea_conv2d_geometry *geometry, long vector_width);

// True where every channel is convolved with its own kernel. Those have kernels of their own, whose
// tasks are runs of rows; `rows` counts them in all images.
bool fovea_conv2d_is_depthwise(const fovea_conv2d_geometry *geometry);
long fovea_depthwise_conv2d_tasks(const fovea_conv2d_geometry *geometry, long rows);

#endif
