// conv2d.c: the sizes and the steps of the passes of fovea_conv2d.h.

#include "include/fovea_conv2d.h"

#include "conv2d_plan.h"
#include "sizes.h"
#include "winograd_plan.h"

static size_t depthwise_weight_bytes(const fovea_conv2d_geometry *g) {
  return size_product(
      size_product((size_t)g->kernel_height, (size_t)g->kernel_width),
      size_product((size_t)g->groups, sizeof(float)));
}

static bool is_winograd(const fovea_conv2d_geometry *g) {
  return g->algorithm != fovea_conv2d_direct;
}

static long one_step(fovea_step *steps, fovea_kernel kernel, const void *arguments, long tasks) {
  *steps = (fovea_step){.kernel = kernel, .arguments = arguments, .tasks = tasks};
  return 1;
}

// MARK: Forward

size_t fovea_conv2d_forward_packed_bytes(
    const fovea_kernel_table *kernels, const fovea_conv2d_geometry *g) {
  if (fovea_conv2d_is_depthwise(g)) return depthwise_weight_bytes(g);
  if (is_winograd(g)) return fovea_winograd_forward_plan(g, kernels->vector_width).packed_bytes;
  return fovea_conv2d_forward_plan(g, kernels->vector_width).packed_bytes;
}

size_t fovea_conv2d_forward_workspace_bytes(
    const fovea_kernel_table *kernels, const fovea_conv2d_geometry *g) {
  if (is_winograd(g)) return fovea_winograd_forward_plan(g, kernels->vector_width).workspace_bytes;
  return 0;
}

size_t fovea_conv2d_forward_scratch_bytes(
    const fovea_kernel_table *kernels, const fovea_conv2d_geometry *g) {
  if (fovea_conv2d_is_depthwise(g)) return 0;
  if (is_winograd(g)) return fovea_winograd_forward_plan(g, kernels->vector_width).scratch_bytes;
  return fovea_conv2d_forward_plan(g, kernels->vector_width).scratch_bytes;
}

long fovea_conv2d_forward_pack_steps(
    const fovea_kernel_table *kernels, const fovea_conv2d_forward_arguments *p,
    fovea_step *steps) {
  const fovea_conv2d_geometry *g = &p->geometry;
  if (fovea_conv2d_is_depthwise(g))
    return one_step(steps, kernels->depthwise_conv2d_forward_pack, p, 1);
  if (is_winograd(g)) {
    const long tasks = fovea_winograd_forward_plan(g, kernels->vector_width).pack_tasks;
    return tasks > 0 ? one_step(steps, kernels->winograd_forward_pack, p, tasks) : 0;
  }
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
  if (is_winograd(g)) {
    const winograd_plan plan = fovea_winograd_forward_plan(g, kernels->vector_width);
    long count = 0;
    if (plan.transform_tasks > 0)
      count += one_step(steps, kernels->winograd_forward_transform, p, plan.transform_tasks);
    return count + one_step(steps + count, kernels->winograd_forward, p, plan.tasks);
  }
  const long tasks = fovea_conv2d_forward_plan(g, kernels->vector_width).tasks;
  return one_step(steps, kernels->conv2d_forward, p, tasks);
}

// MARK: Input gradient

size_t fovea_conv2d_input_gradient_packed_bytes(
    const fovea_kernel_table *kernels, const fovea_conv2d_geometry *g) {
  if (fovea_conv2d_is_depthwise(g)) return depthwise_weight_bytes(g);
  if (is_winograd(g)) return fovea_winograd_input_gradient_plan(g, kernels->vector_width).packed_bytes;
  return fovea_conv2d_input_gradient_plan(g, kernels->vector_width).packed_bytes;
}

size_t fovea_conv2d_input_gradient_workspace_bytes(
    const fovea_kernel_table *kernels, const fovea_conv2d_geometry *g) {
  if (is_winograd(g)) return fovea_winograd_input_gradient_plan(g, kernels->vector_width).workspace_bytes;
  return 0;
}

size_t fovea_conv2d_input_gradient_scratch_bytes(
    const fovea_kernel_table *kernels, const fovea_conv2d_geometry *g) {
  if (fovea_conv2d_is_depthwise(g)) return 0;
  if (is_winograd(g)) return fovea_winograd_input_gradient_plan(g, kernels->vector_width).scratch_bytes;
  return fovea_conv2d_input_gradient_plan(g, kernels->vector_width).scratch_bytes;
}

long fovea_conv2d_input_gradient_pack_steps(
    const fovea_kernel_table *kernels, const fovea_conv2d_input_gradient_arguments *p,
    fovea_step *steps) {
  const fovea_conv2d_geometry *g = &p->geometry;
  if (fovea_conv2d_is_depthwise(g))
    return one_step(steps, kernels->depthwise_conv2d_input_gradient_pack, p, 1);
  if (is_winograd(g)) {
    const long tasks = fovea_winograd_input_gradient_plan(g, kernels->vector_width).pack_tasks;
    return tasks > 0 ? one_step(steps, kernels->winograd_input_gradient_pack, p, tasks) : 0;
  }
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
  if (is_winograd(g)) {
    const winograd_plan plan = fovea_winograd_input_gradient_plan(g, kernels->vector_width);
    long count = 0;
    if (plan.transform_tasks > 0)
      count += one_step(steps, kernels->winograd_input_gradient_transform, p, plan.transform_tasks);
    return count + one_step(steps + count, kernels->winograd_input_gradient, p, plan.tasks);
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
  if (is_winograd(g))
    return fovea_winograd_weight_gradient_plan(g, kernels->vector_width).workspace_bytes;
  return fovea_conv2d_weight_gradient_plan(g, kernels->vector_width).workspace_bytes;
}

size_t fovea_conv2d_weight_gradient_scratch_bytes(
    const fovea_kernel_table *kernels, const fovea_conv2d_geometry *g) {
  if (fovea_conv2d_is_depthwise(g)) return 0;
  if (is_winograd(g))
    return fovea_winograd_weight_gradient_plan(g, kernels->vector_width).scratch_bytes;
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
  if (is_winograd(g)) {
    const winograd_weight_plan plan =
        fovea_winograd_weight_gradient_plan(g, kernels->vector_width);
    long count = 0;
    if (plan.tiles.transform_tasks > 0)
      count += one_step(
          steps, kernels->winograd_weight_gradient_transform, p, plan.tiles.transform_tasks);
    count += one_step(steps + count, kernels->winograd_weight_gradient, p, plan.tasks);
    if (plan.sums_chunks)
      count += one_step(
          steps + count, kernels->winograd_weight_gradient_reduce, p, plan.reduce_tasks);
    return count;
  }
  const conv2d_plan plan = fovea_conv2d_weight_gradient_plan(g, kernels->vector_width);
  one_step(steps, kernels->conv2d_weight_gradient, p, plan.tasks);
  one_step(steps + 1, kernels->conv2d_weight_gradient_reduce, p, plan.pack_tasks);
  return 2;
}
