// fovea_dropout.h: sets elements to 0 at random, float32.
//
//   out[i] = uniform(i) >= probability ? in[i] / (1 - probability) : 0
//
//   uniform(i) = (word i % 4 of block i / 4 >> 8) * 2^-24 of Philox 4x32-10 with key `seed` and
//   counter words 2 and 3 `stream + *step * 0x9E3779B97F4A7C15`: the same numbers as the library's
//   RandomStream. i counts elements in memory.
//
// Layout    dense. Requires count >= 0, 0 <= probability < 1; out may be in.
// - J. Salmon et al., doi:10.1145/2063384.2063405.

#ifndef FOVEA_DROPOUT_H
#define FOVEA_DROPOUT_H

#include "fovea_kernels.h"

typedef struct {
  long count;
  const float *_Nonnull in;
  float *_Nonnull out;
  float probability;
  uint64_t seed, stream;
  const uint64_t *_Nonnull step;
} fovea_dropout_arguments;

#endif
