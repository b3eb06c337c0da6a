// conv3d.c: convolution of volumes and its gradients.

#include "kernel_run.h"

static long volume(const long extents[3]) { return extents[0] * extents[1] * extents[2]; }

enum { forward, input_gradient, weight_gradient };

// Runs a kernel and compares it with the products that its definition names.
static void test_kernel(int kind, fovea_conv3d_arguments p) {
  const long channels = p.in_channels / p.groups, filters = p.out_channels / p.groups;
  const long in_count = p.batch * p.in_channels * volume(p.in);
  const long out_count = p.batch * p.out_channels * volume(p.out);
  const long weight_count = p.out_channels * channels * volume(p.kernel);
  const long counts[] = {out_count, in_count, weight_count};
  p.x = random_floats(kind == input_gradient ? out_count : in_count);
  p.y = random_floats(kind == weight_gradient ? out_count : weight_count);
  p.bias = kind == forward ? random_floats(p.out_channels) : NULL;
  p.result = unset_floats(counts[kind]);
  exact_sums exact = new_sums(counts[kind]);
  for (long out = 0; out < out_count; out++) {
    const long place = out % volume(p.out), filter = out / volume(p.out) % p.out_channels;
    const long image = out / volume(p.out) / p.out_channels;
    const long at[3] = {
        place / (p.out[1] * p.out[2]), place / p.out[2] % p.out[1], place % p.out[2]};
    if (kind == forward) add_product(&exact, out, (double)p.bias[filter], 1);
    for (long tap = 0; tap < channels * volume(p.kernel); tap++) {
      const long channel = filter / filters * channels + tap / volume(p.kernel);
      const long steps[3] = {
          tap / (p.kernel[1] * p.kernel[2]) % p.kernel[0], tap / p.kernel[2] % p.kernel[1],
          tap % p.kernel[2]};
      long in = image * p.in_channels + channel;
      bool is_inside = true;
      for (int axis = 0; axis < 3; axis++) {
        const long x = at[axis] * p.stride[axis] - p.pad[axis] + steps[axis] * p.dilation[axis];
        is_inside = is_inside && x >= 0 && x < p.in[axis];
        in = in * p.in[axis] + x;
      }
      if (!is_inside) continue;
      const long weight = filter * channels * volume(p.kernel) + tap;
      switch (kind) {
        case forward: add_product(&exact, out, (double)p.x[in], (double)p.y[weight]); break;
        case input_gradient: add_product(&exact, in, (double)p.x[out], (double)p.y[weight]); break;
        default: add_product(&exact, weight, (double)p.x[in], (double)p.y[out]);
      }
    }
  }
  fovea_step step = {.arguments = &p};
  switch (kind) {
    case forward:
      step.kernel = kernels->conv3d;
      step.tasks = fovea_conv3d_tasks(&p);
      break;
    case input_gradient:
      step.kernel = kernels->conv3d_input_gradient;
      step.tasks = fovea_conv3d_input_gradient_tasks(&p);
      break;
    default:
      step.kernel = kernels->conv3d_weight_gradient;
      step.tasks = fovea_conv3d_weight_gradient_tasks(&p);
  }
  run_steps(&step, 1, 0);
  expect_sums("convolution of volumes", p.result, &exact, 0);
}

void test_conv3d(void) {
  const fovea_conv3d_arguments cases[] = {
      {.batch = 2, .in_channels = 4, .out_channels = 6, .groups = 2, .in = {3, 5, 37},
       .out = {3, 5, 37}, .kernel = {3, 3, 3}, .stride = {1, 1, 1}, .dilation = {1, 1, 1},
       .pad = {1, 1, 1}},
      {.batch = 1, .in_channels = 3, .out_channels = 3, .groups = 3, .in = {5, 4, 9},
       .out = {3, 2, 5}, .kernel = {2, 3, 1}, .stride = {2, 1, 2}, .dilation = {1, 2, 1},
       .pad = {1, 1, 0}},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
    for (int kind = forward; kind <= weight_gradient; kind++) {
      begin_case("convolution of volumes %u, kernel %d", i, kind);
      test_kernel(kind, cases[i]);
    }
}
