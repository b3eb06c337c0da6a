// conv2d_weight_gradient_f32.h: the weight gradient of fovea_conv2d.h for any geometry.
//
// The micro-kernel with (tap, channel) pairs for rows, pixels for steps and output channels for
// columns. A task sums over a chunk of the pixels; a second step adds the chunks in order and turns
// rows into columns.
//
// Workspace  [chunk][group][tap, channel][column], columns rounded up to whole vectors.
// Scratch    row offsets, target offsets (a long for each row), step offsets (block_pixels longs),
//            a panel of the output gradient (block_pixels * PANEL_WIDTH floats), region.

// Adds one block of pixels, `rows` rows of positions of `images` images, to the sums at `target`.
FOVEA_INLINE void add_weight_gradient_block(
    const conv2d_plan *plan, const fovea_conv2d_weight_gradient_arguments *p, long block,
    long group, long first_column, long end_column, bool accumulate, tile_arguments tile,
    long *step_offsets, float *panel, float *region) {
  const long row = block % plan->row_blocks * plan->block_rows;
  const long image = block / plan->row_blocks * plan->block_images;
  const long rows = min_of(plan->block_rows, plan->height.positions - row);
  const long images = min_of(plan->block_images, plan->batch - image);
  tile.a = read_region(plan, p->in, image, images, row, rows, group, region);
  long pixels = 0;
  for (long i = 0; i < images; i++)
    for (long y = 0; y < rows; y++)
      for (long x = 0; x < plan->width.positions; x++)
        step_offsets[pixels++] = i * plan->image_pitch +
            y * plan->height.step * plan->row_pitch + x * plan->width.step * plan->pixel_pitch;

  const float *gradient = p->out_gradient + group * plan->group_target +
      (image * plan->height.positions + row) * plan->width.positions * plan->target_channels;
  const long pass_steps = divide_up(pixels, divide_up(pixels, PANEL_STEPS));
  float *target = tile.out;
  for (long column = first_column; column < end_column; column += PANEL_WIDTH) {
    tile.width = panel_width(plan->group_target, column);
    tile.columns = tile.width;
    tile.out = target + column;
    pack_panel(
        gradient + column, plan->target_channels, 1, pixels,
        min_of(tile.width, end_column - column), tile.width, panel);
    for (long k = 0; k < pixels; k += pass_steps) {
      tile.step_offsets = step_offsets + k;
      tile.steps = min_of(pass_steps, pixels - k);
      tile.panel = panel + k * tile.width;
      tile.accumulate = accumulate || k > 0;
      run_panel(&tile);
    }
  }
}

static void FOVEA_NAME(conv2d_weight_gradient)(const void *arguments, void *scratch, long task) {
  const fovea_conv2d_weight_gradient_arguments *p = arguments;
  const conv2d_plan plan = fovea_conv2d_weight_gradient_plan(&p->geometry, VW);
  const long column_block = task % plan.column_blocks;
  task /= plan.column_blocks;
  const long group = task % plan.groups, chunk = task / plan.groups;
  const long rows = plan.taps * plan.group_source;

  long *row_offsets = scratch, *target_offsets = row_offsets + rows;
  long *step_offsets = target_offsets + rows;
  float *panel = (float *)(step_offsets + plan.block_pixels);
  float *region = panel + plan.block_pixels * PANEL_WIDTH;
  list_taps(
      &plan, fovea_conv2d_taps(&plan.height, 0), fovea_conv2d_taps(&plan.width, 0), row_offsets);
  for (long i = 0; i < rows; i++) target_offsets[i] = i * plan.panel_columns;

  const long first_column = column_block * plan.block_panels * PANEL_WIDTH;
  const long end_column =
      min_of(plan.group_target, first_column + plan.block_panels * PANEL_WIDTH);
  const tile_arguments tile = {
      .row_offsets = row_offsets, .rows = rows, .out_offsets = target_offsets,
      .out = (float *)p->workspace + (chunk * plan.groups + group) * rows * plan.panel_columns};
  const long blocks = plan.image_blocks * plan.row_blocks;
  const long first_block = blocks / plan.chunks * chunk + min_of(chunk, blocks % plan.chunks);
  const long end_block = first_block + blocks / plan.chunks + (chunk < blocks % plan.chunks);
  for (long block = first_block; block < end_block; block++)
    add_weight_gradient_block(
        &plan, p, block, group, first_column, end_column, block > first_block, tile, step_offsets,
        panel, region);
}

static void FOVEA_NAME(conv2d_weight_gradient_reduce)(
    const void *arguments, void *scratch, long task) {
  const fovea_conv2d_weight_gradient_arguments *p = arguments;
  const conv2d_plan plan = fovea_conv2d_weight_gradient_plan(&p->geometry, VW);
  const long rows = plan.taps * plan.group_source;
  const long chunk_pitch = plan.groups * rows * plan.panel_columns;
  for (long i = first_packed_panel(&plan, task); i < first_packed_panel(&plan, task + 1); i++) {
    const long group = i / plan.panels, panel_start = i % plan.panels * PANEL_WIDTH;
    const long end = panel_start + panel_width(plan.group_target, panel_start);
    for (long column = panel_start; column < end; column += VW) {
      const float *from =
          (const float *)p->workspace + group * rows * plan.panel_columns + column;
      float *to = p->weight_gradient + (group * plan.group_target + column) * rows;
      const long columns = min_of(VW, plan.group_target - column);
      for (long row = 0; row < rows; row += VW) {
        vf block[VW];
        const long block_rows = min_of(VW, rows - row);
        for (long r = 0; r < block_rows; r++) {
          const float *term = from + (row + r) * plan.panel_columns;
          block[r] = load(term);
          for (long chunk = 1; chunk < plan.chunks; chunk++)
            block[r] += load(term + chunk * chunk_pitch);
        }
        for (long r = block_rows; r < VW; r++) block[r] = zero();
        transpose(block);
        for (long j = 0; j < columns; j++)
          if (block_rows == VW) store(to + j * rows + row, block[j]);
          else memcpy(to + j * rows + row, &block[j], (size_t)block_rows * sizeof(float));
      }
    }
  }
}
