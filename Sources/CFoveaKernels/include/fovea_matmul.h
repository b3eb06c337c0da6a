// fovea_matmul.h: the product of two matrices, float32.
//
//   out[i][j] = bias[j] + sum over p of a[i * a_row_stride + p * a_column_stride]
//                                     * b[p * b_row_stride + j * b_column_stride]
//   for i in 0..<rows, j in 0..<columns, p in 0..<inner.
//
// A linear layer with x [batch][in], weight [out][in], y [batch][out] and gradients dy, dx, dw:
//
//   y = x weight^T + bias   rows batch, inner in, columns out; a = x (in, 1); b = weight (1, in)
//   dx = dy weight          rows batch, inner out, columns in; a = dy (out, 1); b = weight (in, 1)
//   dw = dy^T x             rows out, inner batch, columns in; a = dy (1, out); b = x (in, 1)
//   where (r, c) are the row and the column stride.
//
// A batch of products has matrices of one size, each out after the other; product i takes a and b at
// the sums of index[axis] * a_strides[axis] (b_strides), where index counts through extents.
//
// Layout    out [rows][columns], dense; bias [columns] or NULL; strides and lengths in elements.
// Requires  lengths > 0, strides >= 0; no matrix longer than PTRDIFF_MAX bytes; out overlaps
//           nothing that is read.
// Ensures   writes all of out and never reads it first; allocates nothing, keeps nothing, cannot
//           fail.
// Numbers   sums are cut and ordered by the lengths, the strides and the vector width alone. The
//           difference from the exact value is at most 2 n 2^-24 (|bias| + sum |a * b|),
//           n = inner + 1.
// Kernel    templates/matmul_f32.h. It packs b inside its tasks, so there is nothing to keep.
//           Fast where a and b have a stride of 1 in either direction. A batch is cut into tasks of
//           whole products where they are small, and each product as if it were alone where not.

#ifndef FOVEA_MATMUL_H
#define FOVEA_MATMUL_H

#include "fovea_kernels.h"

typedef struct {
  long rows, inner, columns;
  const float *_Nonnull a;
  long a_row_stride, a_column_stride;
  const float *_Nonnull b;
  long b_row_stride, b_column_stride;
  const float *_Nullable bias;
  float *_Nonnull out;
} fovea_matmul_arguments;

// Room that a caller of fovea_matmul_steps gives.
enum { fovea_matmul_max_steps = 1 };

// Bytes of scratch for each thread, from lengths and strides (pointers are not read).
size_t fovea_matmul_scratch_bytes(
    const fovea_kernel_table *_Nonnull kernels, const fovea_matmul_arguments *_Nonnull arguments);

// Fills `steps`, which point at `arguments`, and returns how many.
long fovea_matmul_steps(
    const fovea_kernel_table *_Nonnull kernels, const fovea_matmul_arguments *_Nonnull arguments,
    fovea_step *_Nonnull steps);

enum { fovea_matmul_max_batch_rank = 4 };

typedef struct {
  fovea_matmul_arguments product;  // the first one
  long rank;
  long extents[fovea_matmul_max_batch_rank];
  long a_strides[fovea_matmul_max_batch_rank];
  long b_strides[fovea_matmul_max_batch_rank];
} fovea_batched_matmul_arguments;

// Fills one step, which points at `arguments`; scratch is as for one product.
long fovea_batched_matmul_steps(
    const fovea_kernel_table *_Nonnull kernels,
    const fovea_batched_matmul_arguments *_Nonnull arguments, fovea_step *_Nonnull steps);

#endif
