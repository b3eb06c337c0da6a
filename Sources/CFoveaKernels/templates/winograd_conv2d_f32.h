// winograd_conv2d_f32.h: forward and input gradient of fovea_conv2d.h by winograd_plan.h.
//
// Packed weights  [panel][product][source channel][column of the panel].
// Workspace       where tasks share sources: those of all tiles, [product][tile][channel].
// Scratch         row, step and sum offsets; sums [product][tile][column]; a pixel of zeros;
//                 sources of a block of tiles, or weights of a chunk of channels.

typedef struct {
  winograd_plan plan;
  const float *source, *weight, *weight_scale;
  float *packed, *workspace, *target;
  const fovea_epilogue *epilogue;
  bool is_gradient;
} winograd_correlation;

typedef struct {
  long *row_offsets, *sum_offsets, *step_offsets;
  float *sums, *nothing, *rest;
} winograd_scratch;

FOVEA_INLINE float *align_floats(void *p) { return (float *)(((uintptr_t)p + 63) & ~(uintptr_t)63); }

FOVEA_INLINE winograd_scratch divide_scratch(const winograd_plan *plan, void *scratch) {
  winograd_scratch s = {.row_offsets = scratch};
  s.sum_offsets = s.row_offsets + plan->block_tiles;
  s.step_offsets = s.sum_offsets + plan->block_tiles;
  s.sums = align_floats(s.step_offsets + plan->source_channels);
  s.nothing = align_floats(s.sums + plan->products * plan->sum_pitch);
  s.rest = align_floats(s.nothing + plan->source_channels);
  return s;
}

// Row `i` of G w, for taps [row][column] with VW steps each: three columns.
FOVEA_INLINE void weight_row(vf w[winograd_taps][VW], long step, const int i, vf *out, const int tile) {
#pragma clang loop unroll(full)
  for (int s = 0; s < 3; s++) {
    const vf column[3] = {w[s][step], w[3 + s][step], w[6 + s][step]};
    vf all[WINOGRAD_SPAN];
    weight_transform(column, all, tile);
    out[s] = all[i];
  }
}

// G w Gᵀ of VW columns at `column` for source channels first ..< end; the weights of product p and
// channel k go to out + p * pitch + (k - first) * width.
FOVEA_INLINE void transform_weight_block(
    const winograd_correlation *c, long column, long first, long end, float *out, long pitch,
    long width, const int tile) {
  const winograd_plan *plan = &c->plan;
  const int span = tile + 2;
  const long columns = min_of(VW, plan->target_channels - column);
  vf w[winograd_taps][VW];
  for (long k = first; k < end; k += VW) {
    const long steps = min_of(VW, end - k);
    if (c->is_gradient) {
      // weight [source channel][tap][target channel]; the taps in reverse.
      for (long i = 0; i < steps; i++)
        for (long tap = 0; tap < winograd_taps; tap++)
          w[winograd_taps - 1 - tap][i] = load_part(
              c->weight + ((k + i) * winograd_taps + tap) * plan->target_channels + column, columns);
    } else {
      const vf scale =
          c->weight_scale ? load_part(c->weight_scale + column, columns) : broadcast(1);
      for (long tap = 0; tap < winograd_taps; tap++) {
        for (long j = 0; j < VW; j++)
          w[tap][j] = j < columns
              ? load_part(
                    c->weight + ((column + j) * winograd_taps + tap) * plan->source_channels + k,
                    steps)
              : zero();
        transpose(w[tap]);
        if (c->weight_scale)
          for (long i = 0; i < VW; i++) w[tap][i] *= scale;
      }
    }
    // Row by row: so few streams of stores at a time stay in the first-level cache.
#pragma clang loop unroll(full)
    for (int i = 0; i < span; i++) {
      float *to = out + i * span * pitch + (k - first) * width;
      for (long step = 0; step < steps; step++, to += width) {
        vf row[3], u[WINOGRAD_SPAN];
        weight_row(w, step, i, row, tile);
        weight_transform(row, u, tile);
#pragma clang loop unroll(full)
        for (int j = 0; j < span; j++) store(to + j * pitch, u[j]);
      }
    }
  }
}

// The same for all columns of a panel.
FOVEA_INLINE void transform_weights(
    const winograd_correlation *c, long column, long first, long end, float *out, long pitch) {
  const long width = panel_width(c->plan.target_channels, column);
  for (long j = 0; j < width; j += VW)
    if (c->plan.tile == 4)
      transform_weight_block(c, column + j, first, end, out + j, pitch, width, 4);
    else transform_weight_block(c, column + j, first, end, out + j, pitch, width, 2);
}

FOVEA_INLINE float *packed_panel(const winograd_correlation *c, long panel) {
  return c->packed + panel * c->plan.products * c->plan.weight_pitch;
}

static void run_winograd_pack(const winograd_correlation *c, long task) {
  const winograd_plan *plan = &c->plan;
  for (long panel = task; panel < plan->panels; panel += plan->pack_tasks)
    transform_weights(
        c, panel * PANEL_WIDTH, 0, plan->source_channels, packed_panel(c, panel),
        plan->weight_pitch);
}

static void run_winograd_transform(const winograd_correlation *c, void *scratch, long task) {
  const winograd_plan *plan = &c->plan;
  float *nothing = align_floats(scratch);
  clear_floats(nothing, plan->source_channels);
  const long first = plan->tiles * task / plan->transform_tasks;
  const long end = plan->tiles * (task + 1) / plan->transform_tasks;
  if (plan->tile == 4)
    transform_sources(plan, c->source, nothing, first, end, 0, c->workspace, 4);
  else transform_sources(plan, c->source, nothing, first, end, 0, c->workspace, 2);
}

// Aᵀ m A of the n columns at `column`, then the epilogue, for a tile whose first pixel is at `to`.
FOVEA_INLINE void store_target_tile(
    const winograd_correlation *c, const float *sums, long column, long n, long at, long rows,
    long columns, const int tile) {
  const winograd_plan *plan = &c->plan;
  const int span = tile + 2;
  vf m[WINOGRAD_SPAN * WINOGRAD_SPAN], y[WINOGRAD_SPAN * WINOGRAD_SPAN];
#pragma clang loop unroll(full)
  for (int p = 0; p < span * span; p++) m[p] = load(sums + p * plan->sum_pitch);
  FOVEA_WINOGRAD_2D(target_transform, m, span, y, tile, tile);
  const long row_floats = plan->target_width * plan->target_channels;
  if (rows == tile && columns == tile) {
#pragma clang loop unroll(full)
    for (int i = 0; i < tile; i++)
#pragma clang loop unroll(full)
      for (int j = 0; j < tile; j++) {
        const long place = at + i * row_floats + j * plan->target_channels;
        store_part(c->target + place, finish(c->epilogue, y[i * tile + j], column, place, n), n);
      }
    return;
  }
  for (long i = 0; i < rows; i++)
    for (long j = 0; j < columns; j++) {
      const long place = at + i * row_floats + j * plan->target_channels;
      store_part(c->target + place, finish(c->epilogue, y[i * tile + j], column, place, n), n);
    }
}

// Results of `tiles` tiles from `first`, columns first_column ..< end_column, from their sums.
FOVEA_INLINE void transform_targets(
    const winograd_correlation *c, const float *sums, long first, long tiles, long first_column,
    long end_column, const int tile) {
  const winograd_plan *plan = &c->plan;
  for (long t = 0; t < tiles; t++) {
    const tile_position at = position_of_tile(plan, first + t);
    const long rows = min_of(tile, plan->target_height - at.y);
    const long columns = min_of(tile, plan->target_width - at.x);
    const long pixel = (at.image * plan->target_height + at.y) * plan->target_width + at.x;
    const float *from = sums + t * plan->sum_row;
    long column = first_column;
    for (; column + VW <= end_column; column += VW)
      store_target_tile(
          c, from + column - first_column, column, VW, pixel * plan->target_channels + column,
          rows, columns, tile);
    if (column < end_column)
      store_target_tile(
          c, from + column - first_column, column, end_column - column,
          pixel * plan->target_channels + column, rows, columns, tile);
  }
}

// Asks for what the next product reads of the sources: rows are too short for the processor to see
// them coming, and all of them together too large for the second-level cache.
FOVEA_INLINE void prefetch_sources(
    const winograd_plan *plan, const float *sources, long tiles, long steps) {
  for (long t = 0; t < tiles; t++)
    for (long k = 0; k < steps; k += 16)
      __builtin_prefetch(sources + t * plan->source_row + k, 0, 2);
}

static void run_winograd(const winograd_correlation *c, void *scratch, long task) {
  const winograd_plan *plan = &c->plan;
  const winograd_scratch s = divide_scratch(plan, scratch);
  const long column_block = task % plan->column_blocks, block = task / plan->column_blocks;
  const long first = block * plan->block_tiles;
  const long tiles = min_of(plan->block_tiles, plan->tiles - first);
  const long first_panel = column_block * plan->block_panels;
  const long end_panel = min_of(plan->panels, first_panel + plan->block_panels);
  const long first_column = first_panel * PANEL_WIDTH;
  const long end_column = min_of(plan->target_channels, end_panel * PANEL_WIDTH);
  const long channels = plan->source_channels;

  const float *sources = c->workspace;
  if (!plan->shares_sources) {
    clear_floats(s.nothing, channels);
    if (plan->tile == 4)
      transform_sources(plan, c->source, s.nothing, first, first + tiles, first, s.rest, 4);
    else transform_sources(plan, c->source, s.nothing, first, first + tiles, first, s.rest, 2);
    sources = s.rest;
  }
  for (long t = 0; t < tiles; t++) {
    s.row_offsets[t] = t * plan->source_row;
    s.sum_offsets[t] = t * plan->sum_row;
  }
  for (long k = 0; k < channels; k++) s.step_offsets[k] = k;

  tile_arguments tile = {
      .row_offsets = s.row_offsets, .rows = tiles, .out_offsets = s.sum_offsets};
  const long passes = divide_up(plan->chunk_steps, PANEL_STEPS);
  const long pass_steps = divide_up(plan->chunk_steps, passes);
  for (long panel = first_panel; panel < end_panel; panel++) {
    tile.width = tile.columns = panel_width(plan->target_channels, panel * PANEL_WIDTH);
    for (long chunk = 0; chunk < channels; chunk += plan->chunk_steps) {
      const long end = min_of(channels, chunk + plan->chunk_steps);
      const float *weights = packed_panel(c, panel);
      if (plan->transforms_weights) {
        transform_weights(c, panel * PANEL_WIDTH, chunk, end, s.rest, plan->weight_pitch);
        weights = s.rest;
      }
      for (long p = 0; p < plan->products; p++) {
        tile.a = sources + p * plan->source_pitch;
        if (plan->shares_sources && p + 1 < plan->products)
          prefetch_sources(plan, tile.a + plan->source_pitch + chunk, tiles, end - chunk);
        tile.out = s.sums + p * plan->sum_pitch + (panel - first_panel) * PANEL_WIDTH;
        for (long k = chunk; k < end; k += pass_steps) {
          tile.steps = min_of(pass_steps, end - k);
          tile.step_offsets = s.step_offsets + k;
          tile.accumulate = k > 0;
          tile.panel = weights + p * plan->weight_pitch + (k - chunk) * tile.width;
          run_panel(&tile);
        }
      }
    }
  }
  if (plan->tile == 4)
    transform_targets(c, s.sums, first, tiles, first_column, end_column, 4);
  else transform_targets(c, s.sums, first, tiles, first_column, end_column, 2);
}

FOVEA_INLINE winograd_correlation winograd_forward_of(const void *arguments) {
  const fovea_conv2d_forward_arguments *p = arguments;
  return (winograd_correlation){
      .plan = fovea_winograd_forward_plan(&p->geometry, VW), .source = p->in, .weight = p->weight,
      .weight_scale = p->weight_scale, .packed = p->packed, .workspace = p->workspace,
      .target = p->out, .epilogue = &p->epilogue, .is_gradient = false};
}

FOVEA_INLINE winograd_correlation winograd_input_gradient_of(const void *arguments) {
  const fovea_conv2d_input_gradient_arguments *p = arguments;
  return (winograd_correlation){
      .plan = fovea_winograd_input_gradient_plan(&p->geometry, VW), .source = p->out_gradient,
      .weight = p->weight, .packed = p->packed, .workspace = p->workspace,
      .target = p->in_gradient, .epilogue = &p->epilogue, .is_gradient = true};
}

static void FOVEA_NAME(winograd_forward_pack)(const void *arguments, void *scratch, long task) {
  const winograd_correlation c = winograd_forward_of(arguments);
  run_winograd_pack(&c, task);
}

static void FOVEA_NAME(winograd_forward_transform)(
    const void *arguments, void *scratch, long task) {
  const winograd_correlation c = winograd_forward_of(arguments);
  run_winograd_transform(&c, scratch, task);
}

static void FOVEA_NAME(winograd_forward)(const void *arguments, void *scratch, long task) {
  const winograd_correlation c = winograd_forward_of(arguments);
  run_winograd(&c, scratch, task);
}

static void FOVEA_NAME(winograd_input_gradient_pack)(
    const void *arguments, void *scratch, long task) {
  const winograd_correlation c = winograd_input_gradient_of(arguments);
  run_winograd_pack(&c, task);
}

static void FOVEA_NAME(winograd_input_gradient_transform)(
    const void *arguments, void *scratch, long task) {
  const winograd_correlation c = winograd_input_gradient_of(arguments);
  run_winograd_transform(&c, scratch, task);
}

static void FOVEA_NAME(winograd_input_gradient)(const void *arguments, void *scratch, long task) {
  const winograd_correlation c = winograd_input_gradient_of(arguments);
  run_winograd(&c, scratch, task);
}
