// deformable.c: what the taps of deformable convolutions read, and its gradients.

#include "kernel_run.h"

enum { batch = 2, height = 5, width = 6, rows = 3, columns = 4, taps = 6 };

static void test_deformable(long channels, long groups, int has_mask) {
  begin_case(
      "deformable sampling of %ld channels in %ld groups%s", channels, groups,
      has_mask ? " with a mask" : "");
  const long positions = batch * rows * columns, in_count = batch * height * width * channels;
  const long count = positions * channels * taps, moves = positions * groups * taps;
  float *offset = random_floats(2 * moves);
  for (long i = 0; i < 2 * moves; i++) offset[i] *= 3;
  fovea_deformable_arguments a = {
      .batch = batch, .channels = channels, .groups = groups, .in_height = height,
      .in_width = width, .out_height = rows, .out_width = columns, .kernel_height = 3,
      .kernel_width = 2, .stride_height = 2, .stride_width = 1, .dilation_height = 1,
      .dilation_width = 2, .pad_top = 1, .pad_left = 0, .in = random_floats(in_count),
      .offset = offset, .mask = has_mask ? random_floats(moves) : NULL,
      .gradient = random_floats(count), .out = unset_floats(count)};
  double *sampled = new_doubles(count), *in_gradient = new_doubles(in_count);
  double *offset_gradient = new_doubles(2 * moves), *mask_gradient = new_doubles(moves);
  for (long e = 0; e < count; e++) {
    const long tap = e % taps, c = e / taps % channels, position = e / taps / channels;
    const long move = (position * groups + c / (channels / groups)) * taps + tap;
    const double mask = has_mask ? (double)a.mask[move] : 1, gradient = (double)a.gradient[e];
    const double y = (double)(position / columns % rows * 2 - 1 + tap / 2) + (double)offset[2 * move];
    const double x = (double)(position % columns + tap % 2 * 2) + (double)offset[2 * move + 1];
    if (y <= -1 || x <= -1 || y >= height || x >= width) continue;
    for (int corner = 0; corner < 4; corner++) {
      const double top = floor(y) + corner / 2, left = floor(x) + corner % 2;
      if (top < 0 || left < 0 || top >= height || left >= width) continue;
      const double down = 1 - fabs(y - top), right = 1 - fabs(x - left);
      const long pixel =
          ((position / columns / rows * height + (long)top) * width + (long)left) * channels + c;
      const double value = (double)a.in[pixel];
      sampled[e] += mask * down * right * value;
      in_gradient[pixel] += gradient * mask * down * right;
      offset_gradient[2 * move] += gradient * mask * right * (corner / 2 ? value : -value);
      offset_gradient[2 * move + 1] += gradient * mask * down * (corner % 2 ? value : -value);
      mask_gradient[move] += gradient * down * right * value;
    }
  }
  run_kernel(kernels->deformable_sample, &a, fovea_deformable_tasks(&a));
  expect_values("sampled", a.out, sampled, count, 0, 1e-5);
  a.out = unset_floats(in_count);
  run_kernel(
      kernels->deformable_input_gradient, &a, fovea_deformable_input_gradient_tasks(&a));
  expect_values("gradient of the image", a.out, in_gradient, in_count, 0, 1e-5);
  a.out = unset_floats(2 * moves);
  a.mask_out = has_mask ? unset_floats(moves) : NULL;
  run_kernel(kernels->deformable_offset_gradient, &a, fovea_deformable_tasks(&a));
  expect_values("gradient of the offset", a.out, offset_gradient, 2 * moves, 0, 1e-4);
  if (has_mask) expect_values("gradient of the mask", a.mask_out, mask_gradient, moves, 0, 1e-4);
}

void test_deformable_sampling(void) {
  test_deformable(4, 2, 1);
  test_deformable(3, 1, 0);
  test_deformable(66, 33, 1);
  test_deformable(70, 1, 1);
}
