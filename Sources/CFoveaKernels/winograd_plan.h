// winograd_plan.h: how the passes of a 3×3 convolution are cut into tasks when they run as minimal
// filtering, F(tile × tile, 3×3). Private to this target.
//
//   target = Aᵀ [ (G w Gᵀ) ⊙ (Bᵀ source B) ] A         for each tile of tile × tile results
//   dw     = Gᵀ [ (A dtarget Aᵀ) ⊙ (Bᵀ source B) ] G   summed over all tiles
//
// with span = tile + 2 and so span * span products; each product is a multiplication of matrices
// over channels. S. Winograd, Arithmetic Complexity of Computations (1980); A. Lavin and S. Gray,
// arXiv:1509.09308.

#ifndef FOVEA_WINOGRAD_PLAN_H
#define FOVEA_WINOGRAD_PLAN_H

#include "include/fovea_conv2d.h"

enum { winograd_taps = 9, winograd_most_products = 36 };

typedef struct {
  long tile, span, products;
  long batch, tile_rows, tile_columns, tiles;  // tiles of all images
  long source_height, source_width, source_channels;
  long target_height, target_width, target_channels;
  long top, left;       // of the first tile's source, which may lie outside: padding
  long panel_columns;   // target_channels, rounded up to whole vectors
  long panels;

  long block_tiles, blocks;         // tiles that a task transforms together
  long block_panels, column_blocks; // panels of a task
  // Few tiles: sources are transformed once, into the workspace, and tasks differ by columns. Where
  // weights change, each task transforms those of its columns, chunk_steps source channels at a time,
  // as transformed weights are up to four times as much memory. Many tiles: tasks transform sources.
  bool shares_sources, transforms_weights;
  long chunk_steps;
  long source_pitch, sum_pitch;  // floats from one product to the next
  long weight_pitch;             // likewise, of a panel of full width
  long source_row, sum_row;      // floats from one tile to the next, of sources and of sums
  long tasks, pack_tasks, transform_tasks;
  size_t packed_bytes, workspace_bytes, scratch_bytes;
} winograd_plan;

winograd_plan fovea_winograd_forward_plan(const fovea_conv2d_geometry *geometry, long vector_width);
winograd_plan fovea_winograd_input_gradient_plan(
    const fovea_conv2d_geometry *geometry, long vector_width);

typedef struct {
  winograd_plan tiles;
  // In chunks, each with sums of its own, where there are many tiles for the channels that there are;
  // else all tiles are transformed first, into the workspace.
  bool sums_chunks;
  long chunks, block_rows, row_blocks;
  long row_pitch, chunk_pitch;
  long gradient_pitch;  // floats from one product to the next
  long tasks, reduce_tasks;
  size_t workspace_bytes, scratch_bytes;
} winograd_weight_plan;

winograd_weight_plan fovea_winograd_weight_gradient_plan(
    const fovea_conv2d_geometry *geometry, long vector_width);

#endif
