// fovea_quantized_conv2d.h: 2-D cross-correlation of 8-bit numbers, from float32 to float32.
//
//   q[n][y][x][i]  = zero_point + clamp(round(in[n][y][x][i] * (1 / input_scale)),
//                                       -zero_point, 255 - zero_point)
//   s[o]           = largest |weight[o]| / 127
//   w[o][r][s][i]  = round(weight[o][r][s][i] * (127 / largest |weight[o]|))
//   sum[n][y][x][o] = sum over r, s, i of w[o][r][s][i] * (q[..][i] - zero_point), the pixel as in
//                    fovea_conv2d.h; what lies outside the image counts as 0
//   out            = epilogue(float(sum) * (input_scale * s[o] * weight_scale[o]))
//
//   Numbers are rounded to the nearest integer, ties to the even one.
//
// Layout    as in fovea_conv2d.h: float images are channels-last; lengths count elements.
// Requires  what fovea_conv2d.h does; groups 1; input_scale positive and finite; zero_point 0 to
//           255; the epilogue has no mask. `supports` says where sums stay within 32 bits.
// Ensures   writes all of what it computes, never reads it first; allocates nothing, keeps nothing,
//           cannot fail.
// Numbers   the sums are exact, so they are the same for every instruction set, and so are results
//           but those of SiLU and hardswish: one multiplication and at most two additions of floats
//           follow, none of them fused. A channel whose weights are all smaller than 2^-120 gives 0
//           before the epilogue; one with weights that are not finite gives NaN; a NaN in the image
//           counts as the least number that q can stand for.
// Kernels   templates/quantized_conv2d.h. Products are of bytes with VNNI, else of 16-bit numbers.
//
// Run it as a pass of fovea_conv2d.h. The first step makes bytes of the image in `workspace`, with
// what windows reach outside it, so that no task copies; the second multiplies.

#ifndef FOVEA_QUANTIZED_CONV2D_H
#define FOVEA_QUANTIZED_CONV2D_H

#include "fovea_conv2d.h"

typedef struct {
  fovea_conv2d_geometry geometry;  // its algorithm and weights_change are not read
  const float *_Nonnull in;
  float input_scale;
  int32_t zero_point;
  const float *_Nonnull weight;
  const float *_Nullable weight_scale;
  void *_Nonnull packed;
  void *_Nonnull workspace;
  float *_Nonnull out;
  fovea_epilogue epilogue;
} fovea_quantized_conv2d_arguments;

bool fovea_quantized_conv2d_supports(const fovea_conv2d_geometry *_Nonnull geometry);

// In bytes, and PTRDIFF_MAX where that does not fit a ptrdiff_t; no scratch is needed.
size_t fovea_quantized_conv2d_packed_bytes(
    const fovea_kernel_table *_Nonnull kernels, const fovea_conv2d_geometry *_Nonnull geometry);
size_t fovea_quantized_conv2d_workspace_bytes(
    const fovea_kernel_table *_Nonnull kernels, const fovea_conv2d_geometry *_Nonnull geometry);

// Both fill `steps`, which has room for fovea_conv2d_max_steps, and return how many.
long fovea_quantized_conv2d_pack_steps(
    const fovea_kernel_table *_Nonnull kernels,
    const fovea_quantized_conv2d_arguments *_Nonnull arguments, fovea_step *_Nonnull steps);
long fovea_quantized_conv2d_steps(
    const fovea_kernel_table *_Nonnull kernels,
    const fovea_quantized_conv2d_arguments *_Nonnull arguments, fovea_step *_Nonnull steps);

#endif
