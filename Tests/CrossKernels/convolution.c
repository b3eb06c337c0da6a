// convolution.c: forward, input gradient and weight gradient, direct and by minimal filtering.

#include "convolution_case.h"

static const convolution_case filtered_cases[] = {
    {1, 1, 1, 1, 1, 1, 3, 3, 1, 1, 1, 1, 1, 1},
    {2, 7, 9, 5, 3, 1, 3, 3, 1, 1, 1, 1, 1, 1},
    {1, 3, 12, 8, 17, 1, 3, 3, 1, 1, 1, 1, 0, 2},
    {3, 4, 5, 33, 16, 1, 3, 3, 1, 1, 1, 1, 3, 0},
    {1, 14, 14, 64, 70, 1, 3, 3, 1, 1, 1, 1, 1, 1},
    // So many weights for so few tiles that tasks share sources.
    {1, 5, 6, 140, 130, 1, 3, 3, 1, 1, 1, 1, 1, 1},
    {3, 30, 31, 3, 20, 1, 3, 3, 1, 1, 1, 1, 1, 1},
    {20, 7, 6, 24, 36, 1, 3, 3, 1, 1, 1, 1, 1, 1},
};

typedef struct {
  fovea_conv2d_geometry geometry;
  float *in, *weight, *weight_scale, *out_gradient;
  fovea_epilogue forward_epilogue, gradient_epilogue;
  exact_sums out, in_gradient, weight_gradient;
} convolution_data;

// Adds the products of output `index` to all three results.
static void add_output(convolution_data *d, long index) {
  const fovea_conv2d_geometry *g = &d->geometry;
  const long group_in = g->in_channels / g->groups, group_out = g->out_channels / g->groups;
  const long o = index % g->out_channels;
  const double gradient = (double)d->out_gradient[index];
  if (d->forward_epilogue.bias) add_product(&d->out, index, (double)d->forward_epilogue.bias[o], 1);
  for (long r = 0; r < g->kernel_height; r++)
    for (long s = 0; s < g->kernel_width; s++) {
      const long pixel = pixel_under(g, index, r, s);
      if (pixel < 0) continue;
      const long in = pixel + o / group_out * group_in;
      const long tap = ((o * g->kernel_height + r) * g->kernel_width + s) * group_in;
      for (long i = 0; i < group_in; i++) {
        const double weight = (double)d->weight[tap + i], value = (double)d->in[in + i];
        const double scale = d->weight_scale ? (double)d->weight_scale[o] : 1;
        add_product(&d->out, index, value, weight * scale);
        add_product(&d->in_gradient, in + i, gradient, weight);
        add_product(&d->weight_gradient, tap + i, gradient, value);
      }
    }
}

// Every second case has a bias alone forward, the others all that a pass can end with.
static convolution_data data_of(const convolution_case *c, long number) {
  convolution_data d = {.geometry = geometry_of(c)};
  const fovea_conv2d_geometry *g = &d.geometry;
  const long in = in_count_of(g), out = out_count_of(g), weights = weight_count_of(g);
  d.in = random_floats(in);
  d.weight = random_floats(weights);
  d.out_gradient = random_floats(out);
  d.forward_epilogue = epilogue_of(g, number);
  if (number % 2 == 1) {
    d.weight_scale = random_floats(g->out_channels);
    d.gradient_epilogue.residual = random_floats(in);
    d.gradient_epilogue.mask = random_floats(in);
  }
  d.out = new_sums(out);
  d.in_gradient = new_sums(in);
  d.weight_gradient = new_sums(weights);
  for (long index = 0; index < out; index++) add_output(&d, index);
  finish_sums(&d.out, &d.forward_epilogue);
  finish_sums(&d.in_gradient, &d.gradient_epilogue);
  return d;
}

static void test_passes(const convolution_data *d, double factor) {
  const fovea_conv2d_geometry *g = &d->geometry;
  fovea_step steps[2 * fovea_conv2d_max_steps];
  long count;

  const fovea_conv2d_forward_arguments forward = {
      .geometry = *g, .in = d->in, .weight = d->weight, .weight_scale = d->weight_scale,
      .packed = unset_bytes(fovea_conv2d_forward_packed_bytes(kernels, g)),
      .workspace = unset_bytes(fovea_conv2d_forward_workspace_bytes(kernels, g)),
      .out = unset_floats(d->out.count), .epilogue = d->forward_epilogue};
  count = fovea_conv2d_forward_pack_steps(kernels, &forward, steps);
  count += fovea_conv2d_forward_steps(kernels, &forward, steps + count);
  run_steps(steps, count, fovea_conv2d_forward_scratch_bytes(kernels, g));
  expect_sums("forward", forward.out, &d->out, factor);

  const fovea_conv2d_input_gradient_arguments input = {
      .geometry = *g, .out_gradient = d->out_gradient, .weight = d->weight,
      .packed = unset_bytes(fovea_conv2d_input_gradient_packed_bytes(kernels, g)),
      .workspace = unset_bytes(fovea_conv2d_input_gradient_workspace_bytes(kernels, g)),
      .in_gradient = unset_floats(d->in_gradient.count), .epilogue = d->gradient_epilogue};
  count = fovea_conv2d_input_gradient_pack_steps(kernels, &input, steps);
  count += fovea_conv2d_input_gradient_steps(kernels, &input, steps + count);
  run_steps(steps, count, fovea_conv2d_input_gradient_scratch_bytes(kernels, g));
  expect_sums("input gradient", input.in_gradient, &d->in_gradient, factor);

  const fovea_conv2d_weight_gradient_arguments weight = {
      .geometry = *g, .in = d->in, .out_gradient = d->out_gradient,
      .workspace = unset_bytes(fovea_conv2d_weight_gradient_workspace_bytes(kernels, g)),
      .weight_gradient = unset_floats(d->weight_gradient.count)};
  count = fovea_conv2d_weight_gradient_steps(kernels, &weight, steps);
  run_steps(steps, count, fovea_conv2d_weight_gradient_scratch_bytes(kernels, g));
  expect_sums("weight gradient", weight.weight_gradient, &d->weight_gradient, factor);
}

static convolution_data begin_data(const convolution_case *c, long number, const char *how) {
  begin_convolution(c, how);
  return data_of(c, number);
}

static void test_filtered(
    const convolution_case *c, long number, fovea_conv2d_algorithm algorithm, const char *how,
    double factor) {
  for (long changes = 0; changes < 2; changes++) {
    convolution_data d = begin_data(c, number, how);
    d.geometry.algorithm = algorithm;
    d.geometry.weights_change = changes != 0;
    test_passes(&d, factor);
  }
}

static void test_direct(const convolution_case *c, long number) {
  const convolution_data d = begin_data(c, number, "direct");
  test_passes(&d, 0);
}

void test_convolution(void) {
  for (long i = 0; i < direct_case_count; i++) test_direct(&direct_cases[i], i);
  for (long pixels = 1; pixels <= 16; pixels++) {
    const convolution_case points = points_case(pixels);
    test_direct(&points, pixels);
  }
  for (long i = 0; i < (long)(sizeof filtered_cases / sizeof *filtered_cases); i++) {
    test_filtered(&filtered_cases[i], i, fovea_conv2d_winograd_2x2, "2×2 filtered", 10);
    test_filtered(&filtered_cases[i], i, fovea_conv2d_winograd_4x4, "4×4 filtered", 16);
  }
}
