// fovea_take.h: elements that indices name, float32.
//
//   embedding            out[i] = table[indices[i]], a row of `width` elements
//   embedding_gradient   table_gradient[row] = sum of gradient[i] over all i with indices[i] == row, i ascending
//   sum_of_places        out[o][i] = sum over j in starts[i] ..< starts[i + 1] of in[o][places[j]], j ascending
//
// Layout    table [rows][width], out and gradient [count][width]; in [outer][source], out [outer][result]; dense.
// Requires  lengths > 0; 0 <= starts ascending; places in 0 ..< source; results overlap nothing that is read.
// Ensures   an index outside 0 ..< rows is never used as one: its row of out is 0, it adds to no gradient, and
//           *status, 0 before, becomes the first such index's number plus one. The row `padding` (-1 for none) has a
//           gradient of 0.
// Numbers   copies keep all bits; sums are in float, in the order given.

#ifndef FOVEA_TAKE_H
#define FOVEA_TAKE_H

#include "fovea_kernels.h"

typedef struct {
  long rows, width, count;
  const float *_Null_unspecified in;  // the table, or the gradient
  const int32_t *_Null_unspecified indices;
  long padding;
  int32_t *_Null_unspecified status;
  float *_Null_unspecified out;
} fovea_embedding_arguments;

long fovea_embedding_tasks(const fovea_embedding_arguments *_Nonnull arguments);
long fovea_embedding_gradient_tasks(const fovea_embedding_arguments *_Nonnull arguments);

typedef struct {
  long outer, source, result;
  const int32_t *_Null_unspecified starts;
  const int32_t *_Null_unspecified places;
  const float *_Null_unspecified in;
  float *_Null_unspecified out;
} fovea_sum_of_places_arguments;

long fovea_sum_of_places_tasks(const fovea_sum_of_places_arguments *_Nonnull arguments);

#endif
