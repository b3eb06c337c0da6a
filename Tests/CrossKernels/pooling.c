// pooling.c: pooling over windows and over grid cells, and its gradients.

#include "kernel_run.h"

typedef struct {
  long first_y, end_y, first_x, end_x, step_y, step_x;
  double divisor;
} window;

// Pixels of an axis that belong to position `at`: first, first + step, … below end.
static void window_axis(
    long at, long stride, long pad, long dilation, long kernel, long extent, long *first, long *end) {
  *first = at * stride - pad;
  *end = *first + (kernel - 1) * dilation + 1;
  while (*first < 0) *first += dilation;
  if (*end > extent) *end = extent;
}

static window window_at(const fovea_pool2d_arguments *p, long y, long x, bool is_adaptive) {
  window w = {.step_y = 1, .step_x = 1};
  if (is_adaptive) {
    w.first_y = y * p->in_height / p->out_height;
    w.end_y = ((y + 1) * p->in_height + p->out_height - 1) / p->out_height;
    w.first_x = x * p->in_width / p->out_width;
    w.end_x = ((x + 1) * p->in_width + p->out_width - 1) / p->out_width;
  } else {
    w.step_y = p->dilation_height;
    w.step_x = p->dilation_width;
    window_axis(
        y, p->stride_height, p->pad_top, p->dilation_height, p->kernel_height, p->in_height,
        &w.first_y, &w.end_y);
    window_axis(
        x, p->stride_width, p->pad_left, p->dilation_width, p->kernel_width, p->in_width,
        &w.first_x, &w.end_x);
  }
  w.divisor = (double)((w.end_y - w.first_y) * (w.end_x - w.first_x));
  if (!is_adaptive && p->count_include_pad) {
    const long rows = fmin(y * p->stride_height - p->pad_top + p->kernel_height,
                           p->in_height + p->pad_bottom) - (y * p->stride_height - p->pad_top);
    const long columns = fmin(x * p->stride_width - p->pad_left + p->kernel_width,
                              p->in_width + p->pad_right) - (x * p->stride_width - p->pad_left);
    w.divisor = (double)(rows * columns);
  }
  return w;
}

typedef enum { maximum, average, adaptive_average } pooling_kind;

// Result and gradient of all windows.
static void pool_plainly(
    const fovea_pool2d_arguments *p, pooling_kind kind, double *out, double *in_gradient) {
  const long channels = p->channels;
  for (long i = 0; i < p->batch * p->out_height * p->out_width * channels; i++) {
    const long c = i % channels, x = i / channels % p->out_width;
    const long y = i / channels / p->out_width % p->out_height;
    const long image = i / channels / p->out_width / p->out_height;
    const window w = window_at(p, y, x, kind == adaptive_average);
    const double gradient = (double)p->out_gradient[i];
    double largest = -INFINITY, sum = 0;
    long place_of_largest = -1;
    for (long row = w.first_y; row < w.end_y; row += w.step_y)
      for (long column = w.first_x; column < w.end_x; column += w.step_x) {
        const long place = ((image * p->in_height + row) * p->in_width + column) * channels + c;
        sum += (double)p->in[place];
        if (kind != maximum) in_gradient[place] += gradient / w.divisor;
        if ((double)p->in[place] <= largest) continue;
        largest = (double)p->in[place];
        place_of_largest = place;
      }
    if (kind == maximum && place_of_largest >= 0) in_gradient[place_of_largest] += gradient;
    out[i] = kind == maximum ? largest : sum / w.divisor;
  }
}

static void test_pool(fovea_pool2d_arguments p, pooling_kind kind) {
  static const char *const names[] = {"maximum", "average", "adaptive average"};
  begin_case(
      "%s pooling of %ld×%ld×%ld×%ld to %ld×%ld, kernel %ld×%ld", names[kind], p.batch, p.in_height,
      p.in_width, p.channels, p.out_height, p.out_width, p.kernel_height, p.kernel_width);
  const long in_count = p.batch * p.in_height * p.in_width * p.channels;
  const long out_count = p.batch * p.out_height * p.out_width * p.channels;
  float *in = random_floats(in_count);
  // Few different numbers, so that windows have several largest ones.
  for (long i = 0; i < in_count; i++) in[i] = roundf(in[i] * 4) / 4;
  p.in = in;
  p.out_gradient = random_floats(out_count);
  double *out = new_doubles(out_count), *in_gradient = new_doubles(in_count);
  pool_plainly(&p, kind, out, in_gradient);

  const fovea_kernel forward[] = {
      kernels->max_pool2d, kernels->avg_pool2d, kernels->adaptive_avg_pool2d};
  const fovea_kernel backward[] = {
      kernels->max_pool2d_gradient, kernels->avg_pool2d_gradient,
      kernels->adaptive_avg_pool2d_gradient};
  const double bound = 64 * rounding;
  fovea_pool2d_arguments result = p, gradient = p;
  result.out = unset_floats(out_count);
  run_kernel(forward[kind], &result, fovea_pool2d_tasks(&result));
  expect_values("result", result.out, out, out_count, 0, kind == maximum ? 0 : bound);
  gradient.out = unset_floats(in_count);
  run_kernel(backward[kind], &gradient, fovea_pool2d_gradient_tasks(&gradient));
  expect_values(
      "gradient", gradient.out, in_gradient, in_count, 0,
      bound * largest_magnitude(in_gradient, in_count));
}

static fovea_pool2d_arguments pool_of(
    long batch, long extent, long channels, long kernel, long stride, long dilation, long pad) {
  const long out = (extent + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
  return (fovea_pool2d_arguments){
      .batch = batch, .channels = channels, .in_height = extent, .in_width = extent,
      .out_height = out, .out_width = out, .kernel_height = kernel, .kernel_width = kernel,
      .stride_height = stride, .stride_width = stride, .dilation_height = dilation,
      .dilation_width = dilation, .pad_top = pad, .pad_left = pad, .pad_bottom = pad, .pad_right = pad};
}

void test_pooling(void) {
  static const long channels[] = {1, 4, 7, 37, 64};
  for (long i = 0; i < 5; i++) {
    const long c = channels[i];
    test_pool(pool_of(2, 8, c, 2, 2, 1, 0), maximum);
    test_pool(pool_of(1, 11, c, 3, 2, 1, 1), maximum);
    test_pool(pool_of(1, 9, c, 3, 1, 2, 1), maximum);
    test_pool(pool_of(2, 8, c, 2, 2, 1, 0), average);
    fovea_pool2d_arguments padded = pool_of(1, 11, c, 3, 2, 1, 1);
    test_pool(padded, average);
    padded.count_include_pad = true;
    test_pool(padded, average);
    fovea_pool2d_arguments cells = pool_of(2, 7, c, 1, 1, 1, 0);
    cells.out_height = 3;
    cells.out_width = 1;
    test_pool(cells, adaptive_average);
  }
}
