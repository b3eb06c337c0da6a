// winograd_plan.c: which convolutions minimal filtering serves, and how their passes are cut.

#include "winograd_plan.h"

#include "sizes.h"

// Up to so many tiles, and from so many transformed weights on, tasks share sources.
enum { few_tiles = 128, many_weights = 256 * 1024 };
// Tiles that a task transforms together, in whole tiles of the micro-kernel.
enum { kernel_tiles = 14, most_block_tiles = 56, block_floats = 150 * 1024 };
enum { wanted_tasks = 16 };
// Source channels whose transformed weights stay in the second-level cache.
enum { weight_chunk_steps = 256 };
// Floats that one task transforms.
enum { transform_work = 64 * 1024, pack_work = 128 * 1024 };
// Of a weight gradient: sides of the blocks of sums that a task holds, tiles of a chunk's part.
enum { sum_rows = 64, chunk_block_tiles = 48, most_chunks = 8 };

static long tile_of(fovea_conv2d_algorithm algorithm) {
  return algorithm == fovea_conv2d_winograd_2x2 ? 2 : 4;
}

bool fovea_conv2d_supports(
    const fovea_conv2d_geometry *g, fovea_conv2d_algorithm algorithm) {
  if (algorithm == fovea_conv2d_direct) return true;
  // Sums are kept as floats of all products at once: beyond this they would not be addressed safely.
  const size_t largest = (size_t)PTRDIFF_MAX / (winograd_most_products * 16 * sizeof(float));
  const size_t pixels = size_product(
      (size_t)g->batch,
      size_product((size_t)max_of(g->in_height, g->out_height),
                   (size_t)max_of(g->in_width, g->out_width)));
  const size_t channels = size_sum((size_t)g->in_channels, (size_t)g->out_channels);
  return g->kernel_height == 3 && g->kernel_width == 3 && g->stride_height == 1 &&
      g->stride_width == 1 && g->dilation_height == 1 && g->dilation_width == 1 &&
      g->groups == 1 && size_product(size_product(pixels, channels), channels) < largest;
}

// Consecutive products, and consecutive rows of a product, begin in different sets of the first-level
// cache: a power of two between them would put them all into a few.
static long product_pitch(long floats) { return round_up(floats, 16) + 16; }
static long row_pitch(long floats) { return floats % 128 == 0 ? floats + 16 : floats; }

static winograd_plan plan_of(
    const fovea_conv2d_geometry *g, long vector_width, bool is_gradient) {
  winograd_plan plan = {
      .tile = tile_of(g->algorithm), .batch = g->batch,
      .source_height = is_gradient ? g->out_height : g->in_height,
      .source_width = is_gradient ? g->out_width : g->in_width,
      .source_channels = is_gradient ? g->out_channels : g->in_channels,
      .target_height = is_gradient ? g->in_height : g->out_height,
      .target_width = is_gradient ? g->in_width : g->out_width,
      .target_channels = is_gradient ? g->in_channels : g->out_channels,
      // Result y of the input gradient reads rows y + pad - 2 to y + pad.
      .top = is_gradient ? g->pad_top - 2 : -g->pad_top,
      .left = is_gradient ? g->pad_left - 2 : -g->pad_left};
  plan.span = plan.tile + 2;
  plan.products = plan.span * plan.span;
  plan.tile_rows = divide_up(plan.target_height, plan.tile);
  plan.tile_columns = divide_up(plan.target_width, plan.tile);
  plan.tiles = plan.batch * plan.tile_rows * plan.tile_columns;
  plan.source_row = row_pitch(plan.source_channels);
  plan.panel_columns = round_up(plan.target_channels, vector_width);
  plan.panels = divide_up(plan.target_channels, 2 * vector_width);
  return plan;
}

static size_t floats_for(long products, long pitch) {
  return size_product(size_product((size_t)products, (size_t)pitch), sizeof(float));
}

static winograd_plan correlation_plan(
    const fovea_conv2d_geometry *g, long vector_width, bool is_gradient) {
  winograd_plan plan = plan_of(g, vector_width, is_gradient);
  plan.shares_sources = plan.tiles <= few_tiles &&
      plan.products * plan.source_channels * plan.target_channels >= many_weights;
  plan.transforms_weights = plan.shares_sources && g->weights_change;
  if (plan.shares_sources) {
    plan.block_tiles = plan.tiles;
    plan.column_blocks = min_of(plan.panels, wanted_tasks);
  } else {
    const long fitting = block_floats / (plan.source_channels + plan.target_channels) / 36;
    const long shared = divide_up(plan.tiles, wanted_tasks);
    const long wanted = max_of(min_of(fitting, shared), min_of(2 * kernel_tiles, shared));
    plan.block_tiles = min_of(most_block_tiles, round_up(wanted, kernel_tiles));
    plan.column_blocks = 1;
  }
  plan.blocks = divide_up(plan.tiles, plan.block_tiles);
  plan.block_panels = divide_up(plan.panels, plan.column_blocks);
  plan.column_blocks = divide_up(plan.panels, plan.block_panels);
  plan.tasks = plan.blocks * plan.column_blocks;
  const long block_columns = min_of(plan.panel_columns, plan.block_panels * 2 * vector_width);
  plan.sum_row = row_pitch(block_columns);
  plan.source_pitch = product_pitch(plan.block_tiles * plan.source_row);
  plan.sum_pitch = product_pitch(plan.block_tiles * plan.sum_row);
  plan.chunk_steps =
      plan.transforms_weights ? min_of(weight_chunk_steps, plan.source_channels)
                              : plan.source_channels;
  const size_t lists = size_product(
      (size_t)(2 * plan.block_tiles + plan.source_channels), sizeof(long));
  const size_t sums = floats_for(plan.products, plan.sum_pitch);
  const size_t sources = floats_for(plan.products, plan.source_pitch);
  const size_t nothing = size_product((size_t)plan.source_channels, sizeof(float));
  plan.weight_pitch = product_pitch(plan.chunk_steps * 2 * vector_width);
  if (plan.shares_sources) {
    plan.workspace_bytes = sources;
    plan.transform_tasks = max_of(
        1, min_of(min_of(plan.tiles, wanted_tasks),
                  plan.tiles * plan.source_channels * plan.products / transform_work));
  }
  const size_t panel = floats_for(plan.products, plan.weight_pitch);
  if (!plan.transforms_weights) {
    plan.packed_bytes = size_product((size_t)plan.panels, panel);
    plan.pack_tasks = min_of(
        plan.panels, (long)(plan.packed_bytes / (pack_work * sizeof(float))) + 1);
  }
  plan.scratch_bytes = size_sum(
      size_sum(lists, size_sum(sums, nothing)),
      size_sum(size_sum(plan.transforms_weights ? panel : 0, plan.shares_sources ? 0 : sources),
               4 * 64));
  return plan;
}

winograd_plan fovea_winograd_forward_plan(const fovea_conv2d_geometry *g, long vector_width) {
  return correlation_plan(g, vector_width, false);
}

winograd_plan fovea_winograd_input_gradient_plan(
    const fovea_conv2d_geometry *g, long vector_width) {
  return correlation_plan(g, vector_width, true);
}

winograd_weight_plan fovea_winograd_weight_gradient_plan(
    const fovea_conv2d_geometry *g, long vector_width) {
  winograd_weight_plan plan = {.tiles = plan_of(g, vector_width, false)};
  winograd_plan *t = &plan.tiles;
  const long rows = t->source_channels, columns = t->panel_columns;
  plan.block_rows = min_of(rows, sum_rows);
  plan.row_blocks = divide_up(rows, plan.block_rows);
  t->block_panels = min_of(t->panels, max_of(1, 64 / (2 * vector_width)));
  t->column_blocks = divide_up(t->panels, t->block_panels);
  const long block_columns = min_of(columns, t->block_panels * 2 * vector_width);
  // What chunks write and read again is rows * columns for each block of tiles; what the workspace
  // would hold is tiles * (rows + columns).
  const long tiles_a_sum = t->tiles / 8 * (rows + columns) / (rows * columns);
  plan.sums_chunks = tiles_a_sum >= 1;
  plan.reduce_tasks = plan.row_blocks * t->column_blocks;
  if (plan.sums_chunks) {
    t->block_tiles = min_of(t->tiles, chunk_block_tiles);
    t->blocks = divide_up(t->tiles, t->block_tiles);
    plan.chunks = min_of(t->blocks, rows * columns > 96 * 96 ? most_chunks / 2 : most_chunks);
    plan.tasks = plan.chunks;
    plan.row_pitch = row_pitch(columns);
  } else {
    t->block_tiles = t->tiles;
    t->blocks = 1;
    plan.chunks = 1;
    plan.tasks = plan.reduce_tasks;
    plan.row_pitch = row_pitch(block_columns);
  }
  t->source_pitch = product_pitch(t->block_tiles * t->source_row);
  plan.gradient_pitch = product_pitch(t->block_tiles * columns);
  t->sum_pitch = product_pitch((plan.sums_chunks ? rows : plan.block_rows) * plan.row_pitch);
  plan.chunk_pitch = t->products * t->sum_pitch;
  t->transform_tasks = plan.sums_chunks ? 0 : max_of(
      1, min_of(min_of(t->tiles, wanted_tasks),
                t->tiles * (rows + columns) * t->products / transform_work));

  const size_t lists = size_product((size_t)(2 * rows + t->block_tiles), sizeof(long));
  const size_t nothing =
      size_product((size_t)max_of(rows, t->target_channels), sizeof(float));
  const size_t transformed = size_sum(
      floats_for(t->products, t->source_pitch), floats_for(t->products, plan.gradient_pitch));
  const size_t sums = floats_for(t->products, t->sum_pitch);
  plan.workspace_bytes =
      plan.sums_chunks ? size_product((size_t)plan.chunks, sums) : transformed;
  plan.scratch_bytes = size_sum(
      size_sum(lists, nothing), size_sum(plan.sums_chunks ? transformed : sums, 4 * 64));
  return plan;
}
