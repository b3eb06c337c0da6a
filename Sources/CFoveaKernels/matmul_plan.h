// matmul_plan.h: how a product of matrices is cut into tasks. Private to this target.

#ifndef FOVEA_MATMUL_PLAN_H
#define FOVEA_MATMUL_PLAN_H

#include "include/fovea_matmul.h"

// Steps of the sum that are packed at a time.
enum { matmul_steps = 256 };

typedef struct {
  // Few rows against columns that are contiguous: dot products that read b once where it lies.
  // Everything else packs blocks of b into scratch and runs the micro-kernel of convolution.
  bool uses_dot_products;
  long block_rows, row_blocks, block_columns, column_blocks, tasks;
  size_t scratch_bytes;
} matmul_plan;

matmul_plan fovea_matmul_plan(const fovea_matmul_arguments *arguments, long vector_width);

#endif
