// quantized_conv2d_plan.h: how fovea_quantized_conv2d.h is cut into tasks. Private to this target.
//
// A lane holds 32 bits: four bytes, or two 16-bit numbers, of neighbouring channels. A step adds the
// products of a lane of a pixel with the same lane of each column's weights. What lies side by side
// in the image is one run: a row of the kernel, or one tap where taps are apart. Lanes do not cross
// runs; spare weights of a run's last lane are 0, so that it does not matter what they meet.

#ifndef FOVEA_QUANTIZED_CONV2D_PLAN_H
#define FOVEA_QUANTIZED_CONV2D_PLAN_H

#include "include/fovea_quantized_conv2d.h"

typedef struct {
  long lane_numbers, number_bytes;
  // The image as numbers: what windows reach, in numbers from pixel to pixel, row to row.
  long top, left, rows, columns, pixel_pitch, row_pitch, image_pitch;
  long runs, run_numbers, run_steps, steps;  // runs of a whole window
  long panel_columns, panels;
  // A task takes block_pixels pixels of all images and block_panels panels.
  long pixels, block_pixels, block_panels, column_blocks, tasks;
  long quantize_rows, quantize_tasks, pack_tasks;  // rows of all images
  // In `packed`: the offset of each step, and of each column a factor and the sum that it begins
  // with; then panels [step][column][number of the lane].
  size_t factors, starts, weights, packed_bytes, workspace_bytes;
} quantized_conv2d_plan;

quantized_conv2d_plan fovea_quantized_conv2d_plan(
    const fovea_conv2d_geometry *geometry, long vector_width, long lane_numbers);

#endif
