// convolution_case.c: shapes, and what follows from them.

#include "convolution_case.h"

const convolution_case direct_cases[] = {
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

const long direct_case_count = sizeof direct_cases / sizeof *direct_cases;

convolution_case points_case(long pixels) {
  return (convolution_case){
      1, 1, pixels, 5, 3 * kernels->vector_width, 1, 1, 1, 1, 1, 1, 1, 0, 0};
}

void begin_convolution(const convolution_case *c, const char *how) {
  begin_case(
      "%s convolution of %ld×%ld×%ld×%ld to %ld channels, kernel %ld×%ld, stride %ld×%ld, "
      "dilation %ld×%ld, %ld groups",
      how, c->batch, c->height, c->width, c->channels, c->out_channels, c->kernel_height,
      c->kernel_width, c->stride_height, c->stride_width, c->dilation_height, c->dilation_width,
      c->groups);
}

fovea_conv2d_geometry geometry_of(const convolution_case *c) {
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

long in_count_of(const fovea_conv2d_geometry *g) {
  return g->batch * g->in_height * g->in_width * g->in_channels;
}

long out_count_of(const fovea_conv2d_geometry *g) {
  return g->batch * g->out_height * g->out_width * g->out_channels;
}

long weight_count_of(const fovea_conv2d_geometry *g) {
  return g->out_channels * g->kernel_height * g->kernel_width * (g->in_channels / g->groups);
}

fovea_epilogue epilogue_of(const fovea_conv2d_geometry *g, long number) {
  static const float parameters[][2] = {{0, 0}, {0, INFINITY}, {0.1f, 0}, {0, 0}, {0, 0}};
  fovea_epilogue epilogue = {.bias = random_floats(g->out_channels)};
  if (number % 2 == 0) return epilogue;
  epilogue.residual = random_floats(out_count_of(g));
  epilogue.activation = (fovea_activation)(number / 2 % 5);
  memcpy(epilogue.parameters, parameters[epilogue.activation], sizeof epilogue.parameters);
  return epilogue;
}

long pixel_under(const fovea_conv2d_geometry *g, long index, long r, long s) {
  const long pixel = index / g->out_channels, image = pixel / g->out_width / g->out_height;
  const long x = pixel % g->out_width, y = pixel / g->out_width % g->out_height;
  const long in_y = y * g->stride_height + r * g->dilation_height - g->pad_top;
  const long in_x = x * g->stride_width + s * g->dilation_width - g->pad_left;
  if (in_y < 0 || in_y >= g->in_height || in_x < 0 || in_x >= g->in_width) return -1;
  return ((image * g->in_height + in_y) * g->in_width + in_x) * g->in_channels;
}
