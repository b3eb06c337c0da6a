// convolution_case.h: the shapes that tests of convolutions share.

#ifndef CONVOLUTION_CASE_H
#define CONVOLUTION_CASE_H

#include "kernel_run.h"

typedef struct {
  long batch, height, width, channels, out_channels, groups;
  long kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width;
  long pad_top, pad_left;
} convolution_case;

extern const convolution_case direct_cases[];
extern const long direct_case_count;

// A row of pixels, with panels of two vectors and of one: 1 to 16 take tiles of every height.
convolution_case points_case(long pixels);

void begin_convolution(const convolution_case *c, const char *how);
fovea_conv2d_geometry geometry_of(const convolution_case *c);

// Every second one has a bias alone, the others all that a forward pass can end with.
fovea_epilogue epilogue_of(const fovea_conv2d_geometry *g, long number);

long in_count_of(const fovea_conv2d_geometry *g);
long out_count_of(const fovea_conv2d_geometry *g);
long weight_count_of(const fovea_conv2d_geometry *g);

// Where the pixel begins that output `index` multiplies with tap (r, s); -1 outside the image.
long pixel_under(const fovea_conv2d_geometry *g, long index, long r, long s);

#endif
