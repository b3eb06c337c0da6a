// fovea_random_normal.h: numbers from the standard normal distribution, float32.
//
//   out[i] = sqrt(-2 ln((word 0 + 1/2) * 2^-32)) * cos(2 pi * word 1 * 2^-32), in double
//
//   word 0 and word 1 are of block i of Philox 4x32-10 with key `seed` and counter words 2 and 3
//   `stream + *step * 0x9E3779B97F4A7C15`: the same numbers as the library's RandomStream.normal.
//   i counts elements in memory.
//
// Layout    dense. Requires count >= 0.
// - J. Salmon et al., doi:10.1145/2063384.2063405; G. Box and M. Muller, doi:10.1214/aoms/1177706645.

#ifndef FOVEA_RANDOM_NORMAL_H
#define FOVEA_RANDOM_NORMAL_H

#include "fovea_kernels.h"

typedef struct {
  long count;
  float *_Nonnull out;
  uint64_t seed, stream;
  const uint64_t *_Nonnull step;
} fovea_random_normal_arguments;

#endif
