// winograd_weight_gradient_f32.h: the weight gradient of fovea_conv2d.h by winograd_plan.h.
//
// Sources    [product][tile][source channel].
// Gradients  [product][panel][tile][column of the panel].
// Sums       [product][source channel][target channel], rounded up to whole vectors.
// Workspace  the sums of each chunk; without chunks, sources and gradients of all tiles.
// Scratch    row, sum and step offsets; a pixel of zeros; then what is not in the workspace.

FOVEA_INLINE void transform_gradients(
    const winograd_weight_plan *plan, const float *gradient, const float *nothing, long first,
    long end, long origin, float *out, const int tile) {
  const winograd_plan *t = &plan->tiles;
  const float *pixels[WINOGRAD_SPAN * WINOGRAD_SPAN];
  const long channels = t->target_channels;
  const long image_floats = t->target_height * t->target_width * channels;
  for (long i = first; i < end; i++) {
    const tile_position at = position_of_tile(t, i);
    list_tile_pixels(
        gradient + at.image * image_floats, t->target_height, t->target_width, channels, at.y,
        at.x, tile, nothing, pixels);
    for (long column = 0; column < channels; column += PANEL_WIDTH) {
      const long width = panel_width(channels, column);
      float *to = out + column * t->block_tiles + (i - origin) * width;
      for (long j = 0; j < width; j += VW) {
        const long n = channels - column - j;
        if (n >= VW)
          transform_gradient_pixels(
              pixels, column + j, VW, to + j, plan->gradient_pitch, tile);
        else
          transform_gradient_pixels(pixels, column + j, n, to + j, plan->gradient_pitch, tile);
      }
    }
  }
}

FOVEA_INLINE void transform_both(
    const winograd_weight_plan *plan, const fovea_conv2d_weight_gradient_arguments *p,
    const float *nothing, long first, long end, long origin, float *sources, float *gradients) {
  if (plan->tiles.tile == 4) {
    transform_sources(&plan->tiles, p->in, nothing, first, end, origin, sources, 4);
    transform_gradients(plan, p->out_gradient, nothing, first, end, origin, gradients, 4);
  } else {
    transform_sources(&plan->tiles, p->in, nothing, first, end, origin, sources, 2);
    transform_gradients(plan, p->out_gradient, nothing, first, end, origin, gradients, 2);
  }
}

// Adds the products of `tiles` tiles to the sums of rows first_row ..< end_row and of the columns of
// panels first_panel ..< end_panel.
FOVEA_INLINE void add_products(
    const winograd_weight_plan *plan, const float *sources, const float *gradients, long tiles,
    long first_row, long end_row, long first_panel, long end_panel, float *sums, bool accumulate,
    long *lists) {
  const winograd_plan *t = &plan->tiles;
  long *row_offsets = lists, *sum_offsets = row_offsets + (end_row - first_row);
  long *step_offsets = sum_offsets + (end_row - first_row);
  for (long row = first_row; row < end_row; row++) {
    row_offsets[row - first_row] = row;
    sum_offsets[row - first_row] = (row - first_row) * plan->row_pitch;
  }
  for (long i = 0; i < tiles; i++) step_offsets[i] = i * t->source_row;
  tile_arguments tile = {
      .row_offsets = row_offsets, .rows = end_row - first_row, .out_offsets = sum_offsets};
  for (long p = 0; p < t->products; p++)
    for (long panel = first_panel; panel < end_panel; panel++) {
      tile.width = tile.columns = panel_width(t->target_channels, panel * PANEL_WIDTH);
      tile.a = sources + p * t->source_pitch;
      tile.out = sums + p * t->sum_pitch + (panel - first_panel) * PANEL_WIDTH;
      for (long k = 0; k < tiles; k += PANEL_STEPS) {
        tile.steps = min_of(PANEL_STEPS, tiles - k);
        tile.step_offsets = step_offsets + k;
        tile.accumulate = accumulate || k > 0;
        tile.panel = gradients + p * plan->gradient_pitch +
            panel * PANEL_WIDTH * t->block_tiles + k * tile.width;
        run_panel(&tile);
      }
    }
}

// Gᵀ m G of the sums of VW columns from `column`, for rows first_row ..< end_row, added over chunks.
FOVEA_INLINE void store_weight_gradients(
    const winograd_weight_plan *plan, const float *sums, long first_row, long end_row, long column,
    float *weight_gradient, const int tile) {
  const winograd_plan *t = &plan->tiles;
  const int span = tile + 2;
  const long columns = min_of(VW, t->target_channels - column);
  for (long row = first_row; row < end_row; row += VW) {
    vf w[winograd_taps][VW];
    const long rows = min_of(VW, end_row - row);
    for (long i = 0; i < rows; i++) {
      const float *from = sums + (row - first_row + i) * plan->row_pitch;
      vf m[WINOGRAD_SPAN * WINOGRAD_SPAN], taps[winograd_taps];
#pragma clang loop unroll(full)
      for (int p = 0; p < span * span; p++) m[p] = load(from + p * t->sum_pitch);
      for (long chunk = 1; chunk < plan->chunks; chunk++)
#pragma clang loop unroll(full)
        for (int p = 0; p < span * span; p++)
          m[p] += load(from + p * t->sum_pitch + chunk * plan->chunk_pitch);
      FOVEA_WINOGRAD_2D(weight_gradient_transform, m, span, taps, 3, tile);
#pragma clang loop unroll(full)
      for (int tap = 0; tap < winograd_taps; tap++) w[tap][i] = taps[tap];
    }
    for (long tap = 0; tap < winograd_taps; tap++) {
      for (long i = rows; i < VW; i++) w[tap][i] = zero();
      transpose(w[tap]);
      for (long j = 0; j < columns; j++)
        store_part(
            weight_gradient + ((column + j) * winograd_taps + tap) * t->source_channels + row,
            w[tap][j], rows);
    }
  }
}

FOVEA_INLINE void store_weight_gradient_block(
    const winograd_weight_plan *plan, const float *sums, long first_row, long end_row,
    long first_column, long end_column, float *weight_gradient) {
  for (long column = first_column; column < end_column; column += VW)
    if (plan->tiles.tile == 4)
      store_weight_gradients(
          plan, sums + column - first_column, first_row, end_row, column, weight_gradient, 4);
    else
      store_weight_gradients(
          plan, sums + column - first_column, first_row, end_row, column, weight_gradient, 2);
}

static void FOVEA_NAME(winograd_weight_gradient_transform)(
    const void *arguments, void *scratch, long task) {
  const fovea_conv2d_weight_gradient_arguments *p = arguments;
  const winograd_weight_plan plan = fovea_winograd_weight_gradient_plan(&p->geometry, VW);
  const winograd_plan *t = &plan.tiles;
  float *nothing = align_floats(scratch);
  clear_floats(nothing, max_of(t->source_channels, t->target_channels));
  const long first = t->tiles * task / t->transform_tasks;
  const long end = t->tiles * (task + 1) / t->transform_tasks;
  float *sources = p->workspace;
  transform_both(
      &plan, p, nothing, first, end, 0, sources, sources + t->products * t->source_pitch);
}

// One chunk of the tiles, or one block of the sums.
static void FOVEA_NAME(winograd_weight_gradient)(const void *arguments, void *scratch, long task) {
  const fovea_conv2d_weight_gradient_arguments *p = arguments;
  const winograd_weight_plan plan = fovea_winograd_weight_gradient_plan(&p->geometry, VW);
  const winograd_plan *t = &plan.tiles;
  const long rows = t->source_channels;
  long *lists = scratch;
  float *nothing = align_floats(lists + 2 * rows + t->block_tiles);
  float *rest = align_floats(nothing + max_of(rows, t->target_channels));
  if (!plan.sums_chunks) {
    const long first_row = task / t->column_blocks * plan.block_rows;
    const long end_row = min_of(rows, first_row + plan.block_rows);
    const long first_panel = task % t->column_blocks * t->block_panels;
    const long end_panel = min_of(t->panels, first_panel + t->block_panels);
    const float *sources = p->workspace;
    add_products(
        &plan, sources, sources + t->products * t->source_pitch, t->tiles, first_row, end_row,
        first_panel, end_panel, rest, false, lists);
    store_weight_gradient_block(
        &plan, rest, first_row, end_row, first_panel * PANEL_WIDTH,
        min_of(t->target_channels, end_panel * PANEL_WIDTH), p->weight_gradient);
    return;
  }
  clear_floats(nothing, max_of(rows, t->target_channels));
  float *sums = (float *)p->workspace + task * plan.chunk_pitch;
  float *gradients = align_floats(rest + t->products * t->source_pitch);
  const long first_block = t->blocks * task / plan.chunks;
  const long end_block = t->blocks * (task + 1) / plan.chunks;
  for (long block = first_block; block < end_block; block++) {
    const long first = block * t->block_tiles;
    const long tiles = min_of(t->block_tiles, t->tiles - first);
    transform_both(&plan, p, nothing, first, first + tiles, first, rest, gradients);
    add_products(
        &plan, rest, gradients, tiles, 0, rows, 0, t->panels, sums, block > first_block, lists);
  }
}

static void FOVEA_NAME(winograd_weight_gradient_reduce)(
    const void *arguments, void *scratch, long task) {
  const fovea_conv2d_weight_gradient_arguments *p = arguments;
  const winograd_weight_plan plan = fovea_winograd_weight_gradient_plan(&p->geometry, VW);
  const winograd_plan *t = &plan.tiles;
  const long first_row = task / t->column_blocks * plan.block_rows;
  const long end_row = min_of(t->source_channels, first_row + plan.block_rows);
  const long first_column = task % t->column_blocks * t->block_panels * PANEL_WIDTH;
  const long end_column =
      min_of(t->target_channels, first_column + t->block_panels * PANEL_WIDTH);
  store_weight_gradient_block(
      &plan, (const float *)p->workspace + first_row * plan.row_pitch + first_column, first_row,
      end_row, first_column, end_column, p->weight_gradient);
}
