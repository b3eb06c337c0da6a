// convolution.c: forward, input gradient and weight gradient, direct and by minimal filtering.

#include "kernel_run.h"

typedef struct {
  long batch, height, width, channels, out_channels, groups;
  long kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width;
  long pad_top, pad_left;
} convolution_case;

static const convolution_case direct_cases[] = {
    // Channels that panels and vectors divide, and do not; more steps than one pass over a panel.
    {1, 7, 7, 1, 8, 1, 3, 3, 1, 1, 1, 1, 1, 1},
    {2, 9, 11, 3, 5, 1, 3, 3, 1, 1, 1, 1, 1, 1},
    {1, 13, 12, 40, 72, 1, 3, 3, 1, 1, 1, 1, 1, 1},
    {3, 5, 5, 17, 3, 1, 3, 3, 1, 1, 1, 1, 0, 2},
    // Points, the first layer of a network, strips, single pixels.
    {2, 9, 9, 33, 41, 1, 1, 1, 1, 1, 1, 1, 0, 0},
    {1, 21, 21, 3, 24, 1, 7, 7, 2, 2, 1, 1, 3, 3},
    {1, 4, 90, 3, 4, 1, 3, 3, 1, 1, 1, 1, 1, 1},
    {1, 1, 1, 8, 17, 1, 3, 3, 1, 1, 1, 1, 1, 1},
    {24, 8, 8, 4, 12, 1, 5, 5, 1, 1, 1, 1, 2, 2},
    // Strides, dilations, both; windows that skip pixels.
    {2, 11, 9, 6, 10, 1, 3, 2, 2, 3, 1, 1, 2, 0},
    {1, 13, 14, 8, 12, 1, 3, 3, 1, 1, 2, 3, 2, 3},
    {2, 15, 13, 5, 7, 1, 3, 2, 3, 2, 2, 3, 2, 1},
    {1, 13, 13, 9, 12, 1, 1, 1, 3, 3, 1, 1, 0, 0},
    // Groups.
    {2, 9, 8, 6, 10, 2, 3, 3, 1, 1, 1, 1, 1, 1},
    {1, 9, 9, 34, 16, 2, 3, 3, 2, 2, 1, 1, 1, 1},
    // Depthwise.
    {2, 9, 7, 5, 5, 5, 3, 3, 1, 1, 1, 1, 1, 1},
    {1, 14, 14, 64, 64, 64, 3, 3, 2, 2, 1, 1, 1, 1},
    {2, 11, 13, 17, 17, 17, 5, 5, 1, 1, 1, 1, 2, 2},
    {1, 12, 11, 20, 20, 20, 3, 2, 2, 1, 2, 3, 1, 2},
};

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

static fovea_conv2d_geometry geometry_of(const convolution_case *c) {
  const long rows = c->dilation_height * (c->kernel_height - 1) + 1;
  const long columns = c->dilation_width * (c->kernel_width - 1) + 1;
  return (fovea_conv2d_geometry){
      .batch = c->batch, .in_height = c->height, .in_width = c->width, .in_channels = c->channels,
      .out_height = (c->height + 2 * c->pad_top - rows) / c->stride_height + 1,
      .out_width = (c->width + 2 * c->pad_left - columns) / c->stride_width + 1,
      .out_channels = c->out_channels, .kernel_height = c->kernel_height,
      .kernel_width = c->kernel_width, .stride_height = c->stride_height,
      .stride_width = c->stride_width, .dilation_height = c->dilation_height,
      .dilation_width = c->dilation_width, .pad_top = c->pad_top, .pad_left = c->pad_left,
      .groups = c->groups};
}

// Adds the products of output `index` to all three results.
static void add_output(convolution_data *d, long index) {
  const fovea_conv2d_geometry *g = &d->geometry;
  const long group_in = g->in_channels / g->groups, group_out = g->out_channels / g->groups;
  const long o = index % g->out_channels, pixel = index / g->out_channels;
  const long x = pixel % g->out_width, y = pixel / g->out_width % g->out_height;
  const long image = pixel / g->out_width / g->out_height;
  const double gradient = (double)d->out_gradient[index];
  if (d->forward_epilogue.bias) add_product(&d->out, index, (double)d->forward_epilogue.bias[o], 1);
  for (long r = 0; r < g->kernel_height; r++)
    for (long s = 0; s < g->kernel_width; s++) {
      const long in_y = y * g->stride_height + r * g->dilation_height - g->pad_top;
      const long in_x = x * g->stride_width + s * g->dilation_width - g->pad_left;
      if (in_y < 0 || in_y >= g->in_height || in_x < 0 || in_x >= g->in_width) continue;
      const long in = ((image * g->in_height + in_y) * g->in_width + in_x) * g->in_channels
                      + o / group_out * group_in;
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

// Every second case has a bias alone, the others all that a pass can end with.
static convolution_data data_of(const convolution_case *c, long number) {
  static const float parameters[][2] = {{0, 0}, {0, INFINITY}, {0.1f, 0}, {0, 0}, {0, 0}};
  convolution_data d = {.geometry = geometry_of(c)};
  const fovea_conv2d_geometry *g = &d.geometry;
  const long in = g->batch * g->in_height * g->in_width * g->in_channels;
  const long out = g->batch * g->out_height * g->out_width * g->out_channels;
  const long weights =
      g->out_channels * g->kernel_height * g->kernel_width * (g->in_channels / g->groups);
  d.in = random_floats(in);
  d.weight = random_floats(weights);
  d.out_gradient = random_floats(out);
  d.forward_epilogue.bias = random_floats(g->out_channels);
  if (number % 2 == 1) {
    const fovea_activation activation = (fovea_activation)(number / 2 % 5);
    d.weight_scale = random_floats(g->out_channels);
    d.forward_epilogue.residual = random_floats(out);
    d.forward_epilogue.activation = activation;
    memcpy(d.forward_epilogue.parameters, parameters[activation], sizeof parameters[activation]);
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

static convolution_data begin_convolution(const convolution_case *c, long number, const char *how) {
  begin_case(
      "%s convolution of %ld×%ld×%ld×%ld to %ld channels, kernel %ld×%ld, stride %ld×%ld, "
      "dilation %ld×%ld, %ld groups",
      how, c->batch, c->height, c->width, c->channels, c->out_channels, c->kernel_height,
      c->kernel_width, c->stride_height, c->stride_width, c->dilation_height, c->dilation_width,
      c->groups);
  return data_of(c, number);
}

static void test_filtered(
    const convolution_case *c, long number, fovea_conv2d_algorithm algorithm, const char *how,
    double factor) {
  for (long changes = 0; changes < 2; changes++) {
    convolution_data d = begin_convolution(c, number, how);
    d.geometry.algorithm = algorithm;
    d.geometry.weights_change = changes != 0;
    test_passes(&d, factor);
  }
}

static void test_direct(const convolution_case *c, long number) {
  const convolution_data d = begin_convolution(c, number, "direct");
  test_passes(&d, 0);
}

void test_convolution(void) {
  for (long i = 0; i < (long)(sizeof direct_cases / sizeof *direct_cases); i++)
    test_direct(&direct_cases[i], i);
  // Each number of rows that a tile of the micro-kernel has, in panels of two vectors and of one.
  for (long pixels = 1; pixels <= 16; pixels++) {
    const convolution_case points = {
        1, 1, pixels, 5, 3 * kernels->vector_width, 1, 1, 1, 1, 1, 1, 1, 0, 0};
    test_direct(&points, pixels);
  }
  for (long i = 0; i < (long)(sizeof filtered_cases / sizeof *filtered_cases); i++) {
    test_filtered(&filtered_cases[i], i, fovea_conv2d_winograd_2x2, "2×2 filtered", 10);
    test_filtered(&filtered_cases[i], i, fovea_conv2d_winograd_4x4, "4×4 filtered", 16);
  }
}
