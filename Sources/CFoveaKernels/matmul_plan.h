// matmul_plan.h: how a product of matrices is cut into tasks. Private to this target.

#ifndef FOVEA_MATMUL_PLAN_H
#define FOVEA_MATMUL_PLAN_H

#include "include/fovea_matmul.h"

// Steps of the sum that are packed at a time.
enum { matmul_steps = 256 };

typedef enum {
  // Blocks of b, packed into scratch, and the micro-kernel of convolution.
  matmul_panels,
  // Few rows: b is read once where it lies, along its contiguous columns or rows.
  matmul_dot_products,
  matmul_row_sums,
} matmul_method;

typedef struct {
  matmul_method method;
  long block_rows, row_blocks, block_columns, column_blocks, tasks;
  size_t scratch_bytes;
} matmul_plan;

matmul_plan fovea_matmul_plan(const fovea_matmul_arguments *arguments, long vector_width);

// A task runs some products, or one task of one product.
typedef struct {
  long products, products_per_task, tasks_per_product, tasks;
} batched_matmul_plan;

batched_matmul_plan fovea_batched_matmul_plan(
    const fovea_batched_matmul_arguments *arguments, long vector_width);

#endif
