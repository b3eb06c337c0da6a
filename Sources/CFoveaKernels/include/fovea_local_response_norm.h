// fovea_local_response_norm.h: each channel divided by what its neighbours hold, float32.
//
//   base(c) = k + alpha / size * sum of in(d)^2, for d from c - size / 2 to c + (size - 1) / 2
//   local_response_norm            out(c) = in(c) * base(c)^-beta
//   local_response_norm_gradient   out(c) = gradient(c) * base(c)^-beta - 2 alpha beta / size * in(c)
//                                      * sum of gradient(d) in(d) base(d)^(-beta - 1)
//                                  over every d whose own neighbours hold c
//
//   with 0 for channels outside 0 ..< channels.
//
// Layout    [pixels][channels], dense.
// Requires  lengths > 0; base > 0 everywhere. Nothing that is written overlaps what is read.
// Numbers   sums are in float32, size terms each; the power is within 8 * beta units in the last place
//           of bases up to 1e6.

#ifndef FOVEA_LOCAL_RESPONSE_NORM_H
#define FOVEA_LOCAL_RESPONSE_NORM_H

#include "fovea_kernels.h"

typedef struct {
  long pixels, channels, size;
  float alpha, beta, k;
  const float *_Null_unspecified in;
  const float *_Nullable gradient;
  float *_Null_unspecified out;
} fovea_local_response_norm_arguments;

long fovea_local_response_norm_tasks(long pixels, long channels);
// Scratch for each thread, of both kernels.
size_t fovea_local_response_norm_scratch_bytes(long channels, long size);

#endif
