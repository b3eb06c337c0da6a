// conv2d_f32.h: forward and input gradient of fovea_conv2d.h for any geometry.
//
// Both are the correlation of conv2d_plan.h. A task reads its part of the source (a copy with
// zeros around it where the window leaves the image), lists the offsets of its pixels and of the
// taps, and runs the micro-kernel panel by panel, so that a panel stays in the first-level cache.
//
// Packed weights  [group][phase][panel][tap, source channel][column of the panel], the taps of a
//                 phase by rising offset.
// Scratch         row offsets, target offsets (block_pixels longs each), step offsets (max_steps
//                 longs), region.

typedef struct {
  const float *source, *packed;
  float *target;
  const fovea_epilogue *epilogue;
} correlation;

// The positions of one axis whose target of `phase` exists: q in first..<end.
typedef struct {
  long first, end;
} position_range;

FOVEA_INLINE position_range positions_inside(const conv2d_axis *axis, long phase) {
  const long start = axis->target_origin + phase, room = axis->target - start;
  return (position_range){
      .first = start < 0 ? divide_up(-start, axis->phases) : 0,
      .end = room <= 0 ? 0 : min_of(axis->positions, divide_up(room, axis->phases))};
}

// Lists the pixels of a phase that lie in the target: where each is read and written.
FOVEA_INLINE long list_pixels(
    const conv2d_plan *plan, long images, long row, long rows, long phase_y, long phase_x,
    long *row_offsets, long *target_offsets) {
  const conv2d_axis *height = &plan->height, *width = &plan->width;
  const position_range inside = positions_inside(height, phase_y);
  const position_range across = positions_inside(width, phase_x);
  const long first = max_of(row, inside.first), end = min_of(row + rows, inside.end);
  const long from_step = width->step * plan->pixel_pitch;
  const long to_step = width->phases * plan->target_channels;
  long count = 0;
  for (long i = 0; i < images; i++)
    for (long q = first; q < end; q++) {
      const long y = height->target_origin + q * height->phases + phase_y;
      const long x = width->target_origin + across.first * width->phases + phase_x;
      long from = i * plan->image_pitch + (q - row) * height->step * plan->row_pitch +
          across.first * from_step;
      long to = ((i * height->target + y) * width->target + x) * plan->target_channels;
      for (long p = across.first; p < across.end; p++, from += from_step, to += to_step) {
        row_offsets[count] = from;
        target_offsets[count++] = to;
      }
    }
  return count;
}

static void run_correlation(
    const conv2d_plan *plan, const correlation *c, void *scratch, long task) {
  const long column_block = task % plan->column_blocks;
  task /= plan->column_blocks;
  const long group = task % plan->groups;
  task /= plan->groups;
  const long row = task % plan->row_blocks * plan->block_rows;
  const long image = task / plan->row_blocks * plan->block_images;
  const long rows = min_of(plan->block_rows, plan->height.positions - row);
  const long images = min_of(plan->block_images, plan->batch - image);

  long *row_offsets = scratch, *target_offsets = row_offsets + plan->block_pixels;
  long *step_offsets = target_offsets + plan->block_pixels;
  float *region = (float *)(step_offsets + plan->max_steps);
  const float *a = read_region(plan, c->source, image, images, row, rows, group, region);
  const long target_start = group * plan->group_target +
      image * plan->height.target * plan->width.target * plan->target_channels;
  float *target = c->target + target_start;
  const fovea_epilogue *epilogue = c->epilogue;
  const float *residual = epilogue->residual ? epilogue->residual + target_start : NULL;
  const float *mask = epilogue->mask ? epilogue->mask + target_start : NULL;
  const float *packed = c->packed + group * plan->max_steps * plan->panel_columns;
  const float *bias = epilogue->bias ? epilogue->bias + group * plan->group_target : NULL;
  const long first_column = column_block * plan->block_panels * PANEL_WIDTH;
  const long end_column =
      min_of(plan->group_target, first_column + plan->block_panels * PANEL_WIDTH);

  for (long phase_y = 0; phase_y < plan->height.phases; phase_y++)
    for (long phase_x = 0; phase_x < plan->width.phases; phase_x++) {
      const long steps = list_taps(
          plan, fovea_conv2d_taps(&plan->height, phase_y),
          fovea_conv2d_taps(&plan->width, phase_x), step_offsets);
      const float *phase_packed = packed;
      packed += steps * plan->panel_columns;
      const long pixels = list_pixels(
          plan, images, row, rows, phase_y, phase_x, row_offsets, target_offsets);
      if (pixels == 0) continue;
      // A phase without taps still takes one turn, which writes its zeros.
      const long passes = max_of(1, divide_up(steps, PANEL_STEPS));
      const long pass_steps = divide_up(steps, passes);
      for (long k = 0, pass = 0; pass < passes; pass++, k += pass_steps)
        for (long column = first_column; column < end_column; column += PANEL_WIDTH) {
          const long width = panel_width(plan->group_target, column);
          const bool is_last = pass == passes - 1;
          run_panel(&(tile_arguments){
              .a = a, .row_offsets = row_offsets, .step_offsets = step_offsets + k,
              .rows = pixels, .steps = min_of(pass_steps, steps - k),
              .panel = phase_packed + column * steps + k * width, .width = width,
              .out = target + column, .out_offsets = target_offsets,
              .columns = min_of(width, end_column - column),
              .bias = bias ? bias + column : NULL,
              .residual = residual && k == 0 ? residual + column : NULL, .accumulate = k > 0,
              .clamps = is_last && epilogue->activation == fovea_activation_clamp,
              .lowest = epilogue->parameters[0], .highest = epilogue->parameters[1],
              .mask = is_last && mask ? mask + column : NULL});
        }
      if (epilogue->activation > fovea_activation_clamp)
        activate_rows(
            epilogue, target + first_column, target_offsets, pixels, end_column - first_column);
    }
}

static void FOVEA_NAME(conv2d_forward)(const void *arguments, void *scratch, long task) {
  const fovea_conv2d_forward_arguments *p = arguments;
  const conv2d_plan plan = fovea_conv2d_forward_plan(&p->geometry, VW);
  run_correlation(
      &plan,
      &(correlation){
          .source = p->in, .packed = p->packed, .target = p->out, .epilogue = &p->epilogue},
      scratch, task);
}

static void FOVEA_NAME(conv2d_input_gradient)(const void *arguments, void *scratch, long task) {
  const fovea_conv2d_input_gradient_arguments *p = arguments;
  const conv2d_plan plan = fovea_conv2d_input_gradient_plan(&p->geometry, VW);
  run_correlation(
      &plan,
      &(correlation){
          .source = p->out_gradient, .packed = p->packed, .target = p->in_gradient,
          .epilogue = &p->epilogue},
      scratch, task);
}

// The first of the (group, panel) pairs of pack task `task`; the next task's first ends it.
FOVEA_INLINE long first_packed_panel(const conv2d_plan *plan, long task) {
  const long panels = plan->groups * plan->panels;
  return panels / plan->pack_tasks * task + min_of(task, panels % plan->pack_tasks);
}

static void FOVEA_NAME(conv2d_forward_pack)(const void *arguments, void *scratch, long task) {
  const fovea_conv2d_forward_arguments *p = arguments;
  const conv2d_plan plan = fovea_conv2d_forward_plan(&p->geometry, VW);
  const long steps = plan.max_steps;
  for (long i = first_packed_panel(&plan, task); i < first_packed_panel(&plan, task + 1); i++) {
    const long group = i / plan.panels, column = i % plan.panels * PANEL_WIDTH;
    const long width = panel_width(plan.group_target, column);
    pack_panel(
        p->weight + (group * plan.group_target + column) * steps, 1, steps, steps,
        min_of(width, plan.group_target - column), width,
        (float *)p->packed + (group * plan.panel_columns + column) * steps);
    if (p->weight_scale)
      scale_panel(
          (float *)p->packed + (group * plan.panel_columns + column) * steps, steps,
          min_of(width, plan.group_target - column), width,
          p->weight_scale + group * plan.group_target + column);
  }
}

static void FOVEA_NAME(conv2d_input_gradient_pack)(
    const void *arguments, void *scratch, long task) {
  const fovea_conv2d_input_gradient_arguments *p = arguments;
  const conv2d_plan plan = fovea_conv2d_input_gradient_plan(&p->geometry, VW);
  const long out_pitch = plan.taps * plan.group_target;
  for (long i = first_packed_panel(&plan, task); i < first_packed_panel(&plan, task + 1); i++) {
    const long group = i / plan.panels, column = i % plan.panels * PANEL_WIDTH;
    const long width = panel_width(plan.group_target, column);
    const long columns = min_of(width, plan.group_target - column);
    const float *weight = p->weight + group * plan.group_source * out_pitch + column;
    float *packed = (float *)p->packed + group * plan.max_steps * plan.panel_columns;
    for (long phase_y = 0; phase_y < plan.height.phases; phase_y++)
      for (long phase_x = 0; phase_x < plan.width.phases; phase_x++) {
        const conv2d_taps rows = fovea_conv2d_taps(&plan.height, phase_y);
        const conv2d_taps taps = fovea_conv2d_taps(&plan.width, phase_x);
        const long steps = rows.count * taps.count * plan.group_source;
        float *panel = packed + column * steps;
        for (long r = 0; r < rows.count; r++)
          for (long s = 0; s < taps.count; s++) {
            const long tap = (rows.tap + r * rows.tap_step) * plan.width.kernel +
                taps.tap + s * taps.tap_step;
            pack_panel(
                weight + tap * plan.group_target, out_pitch, 1, plan.group_source, columns, width,
                panel);
            panel += plan.group_source * width;
          }
        packed += steps * plan.panel_columns;
      }
  }
}
