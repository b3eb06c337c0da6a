// conv2d.c: the sizes and the steps of the passes of fovea_conv2d.h.

#include "include/fovea_conv2d.h"

#include "conv2d_plan.h"
#include "sizes.h"

static size_t depthwise_weight_bytes(const fovea_conv2d_geometry *g) {
  return size_product(
      size_product((size_t)g->kernel_height, (size_t)g->kernel_width),
      size_product((size_t)g->groups, sizeof(float)));
}

static long one_step(fovea_step *steps, fovea_kernel kernel, const void *arguments, long tasks) {
  *steps = (fovea_step){.kernel = kernel, .arguments = arguments, .tasks = tasks};
  return 1;
}

// MARK: Forward

size_t fovea_conv2d_forward_packed_bytes(
    const fovea_kernel_table *kernels, const fovea_conv2d_geometry *g) {
  if (fovea_conv2d_is_depthwise(g)) return depthwise_weight_bytes(g);
  return fovea_conv2d_forward_plan(g, kernels->vector_width).packed_bytes;
}

size_t fovea_conv2d_forward_scratch_bytes(
    const fovea_kernel_table *kernels, const fovea_conv2d_geometry *g) {
  if (fovea_conv2d_is_depthwise(g)) return 0;
  return fovea_conv2d_forward_plan(g, kernels->vector_width).scratch_bytes;
}

long fovea_conv2d_forward_pack_steps(
    const fovea_kernel_table *kernels, const fovea_conv2d_forward_arguments *p,
    fovea_step *steps) {
  const fovea_conv2d_geometry *g = &p->geometry;
  if (fovea_conv2d_is_depthwise(g))
    return one_step(steps, kernels->depthwise_conv2d_forward_pack, p, 1);
  const long tasks = fovea_conv2d_forward_plan(g, kernels->vector_width).pack_tasks;
  return one_step(steps, kernels->conv2d_forward_pack, p, tasks);
}

long fovea_conv2d_forward_steps(
    const fovea_kernel_table *kernels, const fovea_conv2d_forward_arguments *p,
    fovea_step *steps) {
  const fovea_conv2d_geometry *g = &p->geometry;
  if (fovea_conv2d_is_depthwise(g)) {
    const long tasks = fovea_depthwise_conv2d_tasks(g, g->batch * g->out_height);
    return one_step(steps, kernels->depthwise_conv2d_forward, p, tasks);
  }
  const long tasks = fovea_conv2d_forward_plan(g, kernels->vector_width).tasks;
  return one_step(steps, kernels->conv2d_forward, p, tasks);
}

// MARK: Input gradient

size_t fovea_conv2d_input_gradient_packed_bytes(
    const fovea_kernel_table *kernels, const fovea_conv2d_geometry *g) {
  if (fovea_conv2d_is_depthwise(g)) return depthwise_weight_bytes(g);
  return fovea_conv2d_input_gradient_plan(g, kernels->vector_width).packed_bytes;
}

size_t fovea_conv2d_input_gradient_scratch_bytes(
    const fovea_kernel_table *kernels, const fovea_conv2d_geometry *g) {
  if (fovea_conv2d_is_depthwise(g)) return 0;
  return fovea_conv2d_input_gradient_plan(g, kernels->vector_width).scratch_bytes;
}

long fovea_conv2d_input_gradient_pack_steps(
    const fovea_kernel_table *kernels, const fovea_conv2d_input_gradient_arguments *p,
    fovea_step *steps) {
  const fovea_conv2d_geometry *g = &p->geometry;
  if (fovea_conv2d_is_depthwise(g))
    return one_step(steps, kernels->depthwise_conv2d_input_gradient_pack, p, 1);
  const long tasks = fovea_conv2d_input_gradient_plan(g, kernels->vector_width).pack_tasks;
  return one_step(steps, kernels->conv2d_input_gradient_pack, p, tasks);
}

long fovea_conv2d_input_gradient_steps(
    const fovea_kernel_table *kernels, const fovea_conv2d_input_gradient_arguments *p,
    fovea_step *steps) {
  const fovea_conv2d_geometry *g = &p->geometry;
  if (fovea_conv2d_is_depthwise(g)) {
    const long tasks = fovea_depthwise_conv2d_tasks(g, g->batch * g->in_height);
    return one_step(steps, kernels->depthwise_conv2d_input_gradient, p, tasks);
  }
  const long tasks = fovea_conv2d_input_gradient_plan(g, kernels->vector_width).tasks;
  return one_step(steps, kernels->conv2d_input_gradient, p, tasks);
}

// MARK: Weight gradient

size_t fovea_conv2d_weight_gradient_workspace_bytes(
    const fovea_kernel_table *kernels, const fovea_conv2d_geometry *g) {
  if (fovea_conv2d_is_depthwise(g)) {
    const long chunks = fovea_depthwise_conv2d_tasks(g, g->batch * g->out_height);
    return size_product((size_t)chunks, depthwise_weight_bytes(g));
  }
  return fovea_conv2d_weight_gradient_plan(g, kernels->vector_width).workspace_bytes;
}

size_t fovea_conv2d_weight_gradient_scratch_bytes(
    const fovea_kernel_table *kernels, const fovea_conv2d_geometry *g) {
  if (fovea_conv2d_is_depthwise(g)) return 0;
  return fovea_conv2d_weight_gradient_plan(g, kernels->vector_width).scratch_bytes;
}

long fovea_conv2d_weight_gradient_steps(
    const fovea_kernel_table *kernels, const fovea_conv2d_weight_gradient_arguments *p,
    fovea_step *steps) {
  const fovea_conv2d_geometry *g = &p->geometry;
  if (fovea_conv2d_is_depthwise(g)) {
    const long chunks = fovea_depthwise_conv2d_tasks(g, g->batch * g->out_height);
    one_step(steps, kernels->depthwise_conv2d_weight_gradient, p, chunks);
    one_step(steps + 1, kernels->depthwise_conv2d_weight_gradient_reduce, p, 1);
    return 2;
  }
  const conv2d_plan plan = fovea_conv2d_weight_gradient_plan(g, kernels->vector_width);
  one_step(steps, kernels->conv2d_weight_gradient, p, plan.tasks);
  one_step(steps + 1, kernels->conv2d_weight_gradient_reduce, p, plan.pack_tasks);
  return 2;
}
