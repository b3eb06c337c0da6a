// quantized_conv2d.c: the sizes, the tasks and the steps of fovea_quantized_conv2d.h.

#include "quantized_conv2d_plan.h"

#include <limits.h>

#include "sizes.h"

// Products that a 32-bit sum holds, each at most 255 * 127 in magnitude.
enum { most_products = 1 << 16 };
enum { most_block_pixels = 256, least_block_pixels = 56, wanted_tasks = 16 };
// Products below which a task is not worth handing out; numbers that one task quantises or packs.
enum { least_work = 512 * 1024, quantize_work = 64 * 1024, pack_work = 64 * 1024 };
// Pixels that lie a page apart would share a set of the first-level cache.
enum { half_page = 2048, cache_line = 64 };

static const long work_limit = 1L << 60;

static long reach(long positions, long stride, long kernel, long dilation) {
  return (positions - 1) * stride + (kernel - 1) * dilation + 1;
}

quantized_conv2d_plan fovea_quantized_conv2d_plan(
    const fovea_conv2d_geometry *g, long vector_width, long lane_numbers) {
  quantized_conv2d_plan plan = {
      .lane_numbers = lane_numbers, .number_bytes = 4 / lane_numbers,
      .top = -g->pad_top, .left = -g->pad_left,
      .rows = reach(g->out_height, g->stride_height, g->kernel_height, g->dilation_height),
      .columns = reach(g->out_width, g->stride_width, g->kernel_width, g->dilation_width)};
  const bool collides =
      g->in_channels * g->stride_width * plan.number_bytes % half_page == 0;
  plan.pixel_pitch = g->in_channels + (collides ? cache_line / plan.number_bytes : 0);
  plan.row_pitch = product_up_to(work_limit, plan.columns, plan.pixel_pitch);
  plan.image_pitch = product_up_to(work_limit, plan.rows, plan.row_pitch);

  const bool joins = g->dilation_width == 1 && plan.pixel_pitch == g->in_channels;
  plan.runs = g->kernel_height * (joins ? 1 : g->kernel_width);
  plan.run_numbers = g->in_channels * (joins ? g->kernel_width : 1);
  plan.run_steps = divide_up(plan.run_numbers, lane_numbers);
  plan.steps = plan.runs * plan.run_steps;
  plan.panel_columns = round_up(g->out_channels, vector_width);
  plan.panels = divide_up(g->out_channels, 2 * vector_width);

  plan.pixels = g->batch * g->out_height * g->out_width;
  const long weights = product_up_to(
      work_limit, plan.steps * lane_numbers, plan.panel_columns);
  const long work = product_up_to(work_limit, weights, plan.pixels);
  const long wanted = max_of(1, min_of(wanted_tasks, work / least_work));
  plan.block_pixels = min_of(
      plan.pixels,
      min_of(most_block_pixels, max_of(least_block_pixels, divide_up(plan.pixels, wanted))));
  const long blocks = divide_up(plan.pixels, plan.block_pixels);
  plan.block_pixels = divide_up(plan.pixels, blocks);
  plan.block_panels =
      divide_up(plan.panels, max_of(1, min_of(plan.panels, divide_up(wanted, blocks))));
  plan.column_blocks = divide_up(plan.panels, plan.block_panels);
  plan.tasks = product_up_to(work_limit, blocks, plan.column_blocks);

  plan.quantize_rows = product_up_to(work_limit, g->batch, plan.rows);
  const long numbers = product_up_to(work_limit, plan.quantize_rows, plan.row_pitch);
  plan.quantize_tasks = max_of(
      1, min_of(min_of(plan.quantize_rows, wanted_tasks), numbers / quantize_work));
  plan.pack_tasks = max_of(1, min_of(plan.panels, weights / pack_work));

  const size_t columns = (size_t)plan.panel_columns;
  plan.factors = size_product((size_t)plan.steps, sizeof(long));
  plan.starts = size_sum(plan.factors, size_product(columns, sizeof(float)));
  plan.weights = size_sum(plan.starts, size_product(columns, sizeof(int32_t)));
  plan.packed_bytes = size_sum(
      plan.weights, size_product(size_product((size_t)plan.steps, columns), 4));
  // The last run may end in a lane that begins inside the image.
  plan.workspace_bytes = size_sum(
      size_product(
          size_product((size_t)plan.quantize_rows, (size_t)plan.row_pitch),
          (size_t)plan.number_bytes),
      4);
  return plan;
}

static quantized_conv2d_plan plan_for(
    const fovea_kernel_table *kernels, const fovea_conv2d_geometry *g) {
  return fovea_quantized_conv2d_plan(g, kernels->vector_width, kernels->quantized_lane_numbers);
}

bool fovea_quantized_conv2d_supports(const fovea_conv2d_geometry *g) {
  return g->groups == 1 &&
      product_up_to(
          most_products + 1, product_up_to(LONG_MAX, g->kernel_height, g->kernel_width),
          g->in_channels) <= most_products;
}

size_t fovea_quantized_conv2d_packed_bytes(
    const fovea_kernel_table *kernels, const fovea_conv2d_geometry *g) {
  return plan_for(kernels, g).packed_bytes;
}

size_t fovea_quantized_conv2d_workspace_bytes(
    const fovea_kernel_table *kernels, const fovea_conv2d_geometry *g) {
  return plan_for(kernels, g).workspace_bytes;
}

long fovea_quantized_conv2d_pack_steps(
    const fovea_kernel_table *kernels, const fovea_quantized_conv2d_arguments *p,
    fovea_step *steps) {
  steps[0] = (fovea_step){
      .kernel = kernels->quantized_conv2d_pack, .arguments = p,
      .tasks = plan_for(kernels, &p->geometry).pack_tasks};
  return 1;
}

long fovea_quantized_conv2d_steps(
    const fovea_kernel_table *kernels, const fovea_quantized_conv2d_arguments *p,
    fovea_step *steps) {
  const quantized_conv2d_plan plan = plan_for(kernels, &p->geometry);
  steps[0] = (fovea_step){
      .kernel = kernels->quantized_conv2d_quantize, .arguments = p, .tasks = plan.quantize_tasks};
  steps[1] = (fovea_step){
      .kernel = kernels->quantized_conv2d, .arguments = p, .tasks = plan.tasks};
  return 2;
}
