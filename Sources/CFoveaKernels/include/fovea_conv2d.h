// fovea_conv2d.h: 2-D cross-correlation ("convolution") and its two gradients, float32.
//
//   out[n][y][x][o] = sum over r, s, i of weight[o][r][s][i]
//       * in[n][y * stride_height + r * dilation_height - pad_top]
//             [x * stride_width + s * dilation_width - pad_left][group(o) * I + i]
//   with 0 for reads outside the image, I = in_channels / groups, O = out_channels / groups and
//   group(o) = o / O. With g for the gradient of a scalar L with respect to `out`:
//
//   input gradient    dL/din[n][y'][x'][i'], the transposed correlation of g with the weight
//   weight gradient   dL/dweight[o][r][s][i], the correlation of `in` with g over all n, y, x
//   The bias gradient is the sum of g over n, y, x; it is not computed here.
//
//   Forward multiplies the weights of output o by weight_scale[o] where that is given; forward and
//   input gradient end with an epilogue (fovea_epilogue.h).
//
// Layout    in [batch][in_height][in_width][in_channels], weight [out_channels][kernel_height]
//           [kernel_width][I], out [batch][out_height][out_width]
//           [out_channels]; dense; every length in elements; gradients like what they belong to.
//           weight_scale and the epilogue's bias [channels of the result].
// Requires  lengths > 0, pads >= 0, groups divides both channel counts; out_height and out_width
//           as the caller's window arithmetic gives them, so the padding after the image is
//           implied (any amount, also input that no window reaches); no tensor longer than
//           PTRDIFF_MAX bytes; what is written overlaps nothing that is read.
// Ensures   writes all of what it computes, never reads it first; input that no window reaches
//           gets gradient 0; allocates nothing, keeps nothing, cannot fail.
// Numbers   sums are cut and ordered by the geometry and the vector width alone. The difference
//           from the exact value is at most 2 n 2^-24 sum |weight * in|, n the number
//           of products plus one (N. Higham, Accuracy and Stability of Numerical Algorithms,
//           section 3.1); tests hold every direct pass and every instruction set to that. Minimal
//           filtering (winograd) subtracts numbers larger than its results; its error is
//           about the direct one's with 2×2 tiles and twice that with 4×4 (Documentation/numerics.md).
// Kernels   templates/conv2d_f32.h (any geometry), templates/conv2d_weight_gradient_f32.h,
//           templates/depthwise_conv2d_f32.h (groups == in_channels == out_channels), and for
//           3×3 with stride, dilation and groups 1 templates/winograd_*.h.
//
// How to run a pass: keep its arguments at one address, with `packed` and `workspace` of the asked
// sizes (64-byte aligned, contents undefined); ask for the steps; run them with the asked scratch
// for each thread. The pack steps read `weight` and write `packed`; run them again only when the
// weight changes. There may be none: then the other steps read `weight` each time. The steps point at the arguments and hold for any number of runs.

#ifndef FOVEA_CONV2D_H
#define FOVEA_CONV2D_H

#include "fovea_epilogue.h"
#include "fovea_kernels.h"

// How a pass multiplies.
typedef enum {
  fovea_conv2d_direct = 0,
  fovea_conv2d_winograd_2x2,  // F(2×2, 3×3): 2.25 times fewer multiplications
  fovea_conv2d_winograd_4x4,  // F(4×4, 3×3): 4 times fewer
} fovea_conv2d_algorithm;

typedef struct {
  long batch;
  long in_height, in_width, in_channels;
  long out_height, out_width, out_channels;
  long kernel_height, kernel_width;
  long stride_height, stride_width;
  long dilation_height, dilation_width;
  long pad_top, pad_left;
  long groups;
  fovea_conv2d_algorithm algorithm;
  bool weights_change;  // from run to run, so that packing them has to pay within one
} fovea_conv2d_geometry;

// Whether an algorithm serves a geometry (whose own algorithm is not read).
bool fovea_conv2d_supports(
    const fovea_conv2d_geometry *_Nonnull geometry, fovea_conv2d_algorithm algorithm);

// Room that a caller of the `..._steps` functions gives: none of them fills more steps than this.
enum { fovea_conv2d_max_steps = 4 };

// Sizes are in bytes, and PTRDIFF_MAX where they do not fit a ptrdiff_t. They may be 0.

// MARK: Forward

typedef struct {
  fovea_conv2d_geometry geometry;
  const float *_Nonnull in;
  const float *_Nonnull weight;
  const float *_Nullable weight_scale;  // likewise
  void *_Nullable packed;
  void *_Nullable workspace;
  float *_Nonnull out;
  fovea_epilogue epilogue;
} fovea_conv2d_forward_arguments;

size_t fovea_conv2d_forward_packed_bytes(
    const fovea_kernel_table *_Nonnull kernels, const fovea_conv2d_geometry *_Nonnull geometry);
size_t fovea_conv2d_forward_workspace_bytes(
    const fovea_kernel_table *_Nonnull kernels, const fovea_conv2d_geometry *_Nonnull geometry);
size_t fovea_conv2d_forward_scratch_bytes(
    const fovea_kernel_table *_Nonnull kernels, const fovea_conv2d_geometry *_Nonnull geometry);

// Both fill `steps` and return how many.
long fovea_conv2d_forward_pack_steps(
    const fovea_kernel_table *_Nonnull kernels,
    const fovea_conv2d_forward_arguments *_Nonnull arguments, fovea_step *_Nonnull steps);
long fovea_conv2d_forward_steps(
    const fovea_kernel_table *_Nonnull kernels,
    const fovea_conv2d_forward_arguments *_Nonnull arguments, fovea_step *_Nonnull steps);

// MARK: Input gradient

typedef struct {
  fovea_conv2d_geometry geometry;
  const float *_Nonnull out_gradient;
  const float *_Nonnull weight;
  void *_Nullable packed;
  void *_Nullable workspace;
  float *_Nonnull in_gradient;
  fovea_epilogue epilogue;
} fovea_conv2d_input_gradient_arguments;

size_t fovea_conv2d_input_gradient_packed_bytes(
    const fovea_kernel_table *_Nonnull kernels, const fovea_conv2d_geometry *_Nonnull geometry);
size_t fovea_conv2d_input_gradient_workspace_bytes(
    const fovea_kernel_table *_Nonnull kernels, const fovea_conv2d_geometry *_Nonnull geometry);
size_t fovea_conv2d_input_gradient_scratch_bytes(
    const fovea_kernel_table *_Nonnull kernels, const fovea_conv2d_geometry *_Nonnull geometry);

long fovea_conv2d_input_gradient_pack_steps(
    const fovea_kernel_table *_Nonnull kernels,
    const fovea_conv2d_input_gradient_arguments *_Nonnull arguments, fovea_step *_Nonnull steps);
long fovea_conv2d_input_gradient_steps(
    const fovea_kernel_table *_Nonnull kernels,
    const fovea_conv2d_input_gradient_arguments *_Nonnull arguments, fovea_step *_Nonnull steps);

// MARK: Weight gradient

typedef struct {
  fovea_conv2d_geometry geometry;
  const float *_Nonnull in;
  const float *_Nonnull out_gradient;
  void *_Nullable workspace;
  float *_Nonnull weight_gradient;
} fovea_conv2d_weight_gradient_arguments;

size_t fovea_conv2d_weight_gradient_workspace_bytes(
    const fovea_kernel_table *_Nonnull kernels, const fovea_conv2d_geometry *_Nonnull geometry);
size_t fovea_conv2d_weight_gradient_scratch_bytes(
    const fovea_kernel_table *_Nonnull kernels, const fovea_conv2d_geometry *_Nonnull geometry);

long fovea_conv2d_weight_gradient_steps(
    const fovea_kernel_table *_Nonnull kernels,
    const fovea_conv2d_weight_gradient_arguments *_Nonnull arguments, fovea_step *_Nonnull steps);

#endif
