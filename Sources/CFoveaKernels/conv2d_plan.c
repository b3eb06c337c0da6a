// conv2d_plan.c: the geometry of the passes and the size of their tasks, from shapes alone.

#include "conv2d_plan.h"

#include <limits.h>

#include "sizes.h"

// Pixels of a task: enough to use a packed panel many times, few enough that they and their outputs
// stay in the second-level cache; more where a pixel is little work.
enum { usual_pixels = 240, least_pixels = 48, most_pixels = 1024 };
// Floats that a task copies.
enum { most_region = 96 * 1024 };
enum { page_floats = 1024 };
// Multiply-adds below which a task is not worth handing out, and tasks that suffice to share work.
enum { least_work = 128 * 1024, usual_work = 512 * 1024, wanted_tasks = 16 };
// Floats that one task packs.
enum { pack_work = 32 * 1024 };
// A weight gradient's partial sums cost about as much as this many pixels save.
enum { least_chunk_pixels = 384, most_partial_floats = 1024 * 1024 };

// Depthwise passes do little work for each float that they read, and their tasks need no scratch.
enum { depthwise_tasks = 32, depthwise_work = 32 * 1024 };

static const long work_limit = 1L << 60;

static long greatest_common_divisor(long a, long b) {
  while (b != 0) {
    long rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

static conv2d_axis forward_axis(
    long in, long out, long kernel, long stride, long dilation, long pad) {
  return (conv2d_axis){
      .source = in, .target = out, .positions = out, .step = stride, .origin = -pad,
      .span = (kernel - 1) * dilation + 1, .phases = 1, .target_origin = 0,
      .kernel = kernel, .stride = stride, .dilation = dilation, .is_gradient = false};
}

static conv2d_axis input_gradient_axis(
    long in, long out, long kernel, long stride, long dilation, long pad) {
  long first = pad / stride, reach = (kernel - 1) * dilation / stride;
  return (conv2d_axis){
      .source = out, .target = in, .positions = (in - 1 + pad) / stride - first + 1, .step = 1,
      .origin = first - reach, .span = reach + 1, .phases = stride,
      .target_origin = first * stride - pad,
      .kernel = kernel, .stride = stride, .dilation = dilation, .is_gradient = true};
}

conv2d_axis fovea_conv2d_height(const fovea_conv2d_geometry *g, bool is_gradient) {
  return (is_gradient ? input_gradient_axis : forward_axis)(
      g->in_height, g->out_height, g->kernel_height, g->stride_height, g->dilation_height,
      g->pad_top);
}

conv2d_axis fovea_conv2d_width(const fovea_conv2d_geometry *g, bool is_gradient) {
  return (is_gradient ? input_gradient_axis : forward_axis)(
      g->in_width, g->out_width, g->kernel_width, g->stride_width, g->dilation_width,
      g->pad_left);
}

conv2d_taps fovea_conv2d_taps(const conv2d_axis *axis, long phase) {
  if (!axis->is_gradient)
    return (conv2d_taps){
        .count = axis->kernel, .tap = 0, .tap_step = 1, .offset = 0,
        .offset_step = axis->dilation};
  // tap * dilation mod stride repeats after `period` taps.
  long divisor = greatest_common_divisor(axis->dilation, axis->stride);
  long period = axis->stride / divisor, first = 0;
  while (first < period && first * axis->dilation % axis->stride != phase) first++;
  if (first == period || first >= axis->kernel) return (conv2d_taps){.count = 0, .offset_step = 1};
  long count = (axis->kernel - 1 - first) / period + 1;
  long last = first + (count - 1) * period;
  return (conv2d_taps){
      .count = count, .tap = last, .tap_step = -period,
      .offset = axis->span - 1 - last * axis->dilation / axis->stride,
      .offset_step = axis->dilation / divisor};
}

static bool reads_outside(const conv2d_axis *axis) {
  return axis->origin < 0 ||
      axis->origin + (axis->positions - 1) * axis->step + axis->span > axis->source;
}

static long region_extent(const conv2d_axis *axis, long positions) {
  return (positions - 1) * axis->step + axis->span;
}

// Cuts images and rows so that a task has about `pixels` positions, and no more region than fits.
static void cut_pixels(conv2d_plan *plan, long pixels) {
  long height = plan->height.positions, width = plan->width.positions;
  long row = product_up_to(work_limit, region_extent(&plan->width, width), plan->group_source);
  long image = product_up_to(work_limit, region_extent(&plan->height, height), row);
  long image_pixels = product_up_to(work_limit, height, width);
  if (image_pixels <= pixels && image <= most_region) {
    plan->block_images = min_of(plan->batch, min_of(pixels / image_pixels, most_region / image));
    plan->block_rows = height;
  } else {
    long rows_that_fit = (most_region / row - plan->height.span) / plan->height.step + 1;
    plan->block_images = 1;
    plan->block_rows = max_of(1, min_of(height, min_of(pixels / width, rows_that_fit)));
  }
  plan->image_blocks = divide_up(plan->batch, plan->block_images);
  plan->block_images = divide_up(plan->batch, plan->image_blocks);
  plan->row_blocks = divide_up(height, plan->block_rows);
  plan->block_rows = divide_up(height, plan->row_blocks);
  plan->block_pixels = plan->block_images * plan->block_rows * width;
}

static void cut_panels(conv2d_plan *plan, long column_blocks) {
  plan->column_blocks = max_of(1, min_of(plan->panels, column_blocks));
  plan->block_panels = divide_up(plan->panels, plan->column_blocks);
  plan->column_blocks = divide_up(plan->panels, plan->block_panels);
}

static void set_reading(conv2d_plan *plan) {
  // Neighbouring positions that lie a multiple of a page apart would share a set of the first-level cache.
  const bool collides = plan->source_channels * plan->width.step % page_floats == 0;
  plan->copies = plan->groups > 1 || collides || reads_outside(&plan->height) ||
      reads_outside(&plan->width);
  if (plan->copies) {
    plan->pixel_pitch = plan->group_source + (plan->group_source % (page_floats / 4) == 0 ? 16 : 0);
    plan->row_pitch = product_up_to(
        LONG_MAX, region_extent(&plan->width, plan->width.positions), plan->pixel_pitch);
    plan->image_pitch = product_up_to(
        LONG_MAX, region_extent(&plan->height, plan->block_rows), plan->row_pitch);
  } else {
    plan->pixel_pitch = plan->source_channels;
    plan->row_pitch = plan->width.source * plan->pixel_pitch;
    plan->image_pitch = plan->height.source * plan->row_pitch;
  }
}

// Scratch of a task: two lists of offsets for rows, one for steps, a panel where one is packed in
// the task, and the region.
static size_t scratch_bytes(const conv2d_plan *plan, long rows, long steps, size_t panel_floats) {
  size_t lists = size_product(size_sum(2 * (size_t)rows, (size_t)steps), sizeof(long));
  size_t region = plan->copies
      ? size_product((size_t)plan->block_images, (size_t)plan->image_pitch) : 0;
  size_t floats = size_product(size_sum(panel_floats, region), sizeof(float));
  return size_sum(size_sum(lists, floats), 64);
}

static conv2d_plan plan_of(
    const fovea_conv2d_geometry *g, long vector_width, bool is_gradient) {
  const long source_channels = is_gradient ? g->out_channels : g->in_channels;
  const long target_channels = is_gradient ? g->in_channels : g->out_channels;
  conv2d_plan plan = {
      .height = fovea_conv2d_height(g, is_gradient), .width = fovea_conv2d_width(g, is_gradient),
      .batch = g->batch, .groups = g->groups, .taps = g->kernel_height * g->kernel_width,
      .source_channels = source_channels, .target_channels = target_channels,
      .group_source = source_channels / g->groups, .group_target = target_channels / g->groups};
  plan.panel_columns = round_up(plan.group_target, vector_width);
  plan.panels = divide_up(plan.group_target, 2 * vector_width);
  return plan;
}

// What is common to forward and input gradient, once the axes are known.
static void plan_correlation(conv2d_plan *plan) {
  long weights = product_up_to(
      work_limit, plan->taps * plan->group_source, plan->panel_columns);
  long positions = product_up_to(
      work_limit, plan->batch, plan->height.positions * plan->width.positions);
  long work = product_up_to(
      work_limit, product_up_to(work_limit, weights, positions), plan->groups);
  long wanted = max_of(1, min_of(wanted_tasks, work / least_work));
  long most = max_of(usual_pixels, min_of(most_pixels, usual_work / weights));
  long shared = divide_up(product_up_to(work_limit, positions, plan->groups), wanted);
  cut_pixels(plan, min_of(most, max_of(least_pixels, shared)));
  long pixel_tasks = product_up_to(
      work_limit, plan->image_blocks * plan->row_blocks, plan->groups);
  cut_panels(plan, divide_up(wanted, pixel_tasks));
  plan->tasks = product_up_to(work_limit, pixel_tasks, plan->column_blocks);
  set_reading(plan);
  plan->max_steps = plan->taps * plan->group_source;
  plan->packed_bytes = size_product(
      size_product((size_t)plan->max_steps, (size_t)plan->panel_columns),
      size_product((size_t)plan->groups, sizeof(float)));
  plan->pack_tasks = min_of(
      plan->groups * plan->panels,
      (long)(plan->packed_bytes / (pack_work * sizeof(float))) + 1);
  plan->scratch_bytes = scratch_bytes(plan, plan->block_pixels, plan->max_steps, 0);
}

conv2d_plan fovea_conv2d_forward_plan(const fovea_conv2d_geometry *g, long vector_width) {
  conv2d_plan plan = plan_of(g, vector_width, false);
  plan_correlation(&plan);
  return plan;
}

conv2d_plan fovea_conv2d_input_gradient_plan(const fovea_conv2d_geometry *g, long vector_width) {
  conv2d_plan plan = plan_of(g, vector_width, true);
  plan_correlation(&plan);
  return plan;
}

conv2d_plan fovea_conv2d_weight_gradient_plan(const fovea_conv2d_geometry *g, long vector_width) {
  conv2d_plan plan = plan_of(g, vector_width, false);
  long rows = plan.taps * plan.group_source;
  long partial = product_up_to(
      work_limit, product_up_to(work_limit, rows, plan.panel_columns), plan.groups);
  long positions = product_up_to(
      work_limit, plan.batch, plan.height.positions * plan.width.positions);
  long work = product_up_to(work_limit, partial, positions);
  long wanted = max_of(1, min_of(wanted_tasks, work / least_work));
  long chunks = min_of(positions / least_chunk_pixels, most_partial_floats / partial);
  chunks = max_of(1, min_of(chunks, divide_up(wanted, plan.groups)));
  cut_pixels(&plan, min_of(usual_pixels, divide_up(positions, chunks)));
  plan.chunks = min_of(chunks, plan.image_blocks * plan.row_blocks);
  cut_panels(&plan, divide_up(wanted, product_up_to(work_limit, plan.chunks, plan.groups)));
  plan.tasks = plan.chunks * plan.groups * plan.column_blocks;
  set_reading(&plan);
  plan.max_steps = plan.block_pixels;
  plan.pack_tasks = min_of(plan.groups * plan.panels, partial / pack_work + 1);
  plan.workspace_bytes = size_product(
      size_product((size_t)plan.chunks, (size_t)plan.groups),
      size_product(size_product((size_t)rows, (size_t)plan.panel_columns), sizeof(float)));
  plan.scratch_bytes = scratch_bytes(
      &plan, rows, plan.block_pixels, (size_t)plan.block_pixels * 2 * (size_t)vector_width);
  return plan;
}

bool fovea_conv2d_is_depthwise(const fovea_conv2d_geometry *g) {
  return g->groups > 1 && g->groups == g->in_channels && g->groups == g->out_channels;
}

long fovea_depthwise_conv2d_tasks(const fovea_conv2d_geometry *g, long rows) {
  long pixels = max_of(g->in_width, g->out_width);
  long row_work = product_up_to(
      work_limit, g->kernel_height * g->kernel_width, pixels * g->groups);
  long work = product_up_to(work_limit, row_work, rows);
  return max_of(1, min_of(rows, min_of(depthwise_tasks, work / depthwise_work)));
}
