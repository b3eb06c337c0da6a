// depthwise_conv2d_f32.h: fovea_conv2d.h where groups == in_channels == out_channels.
//
// Vectors run over channels. Forward and input gradient are the correlation of conv2d_plan.h,
// without a padded copy: the taps that stay inside the image are an interval, found for each row
// and each pixel.
//
// Packed weights  [tap][channel].
// Workspace       of the weight gradient: [chunk][tap][channel].
// Scratch         none.

// Output pixels that share the loads of the weights, and vectors of channels beside each other.
enum { DEPTHWISE_PIXELS = 4, DEPTHWISE_VECTORS = 2 };
// The widest kernel whose pixels are loaded once for all windows.
enum { DEPTHWISE_MOST_SHARED = 5 };

FOVEA_INLINE void pack_depthwise(
    const fovea_conv2d_geometry *g, const float *weight, const float *scale, float *packed) {
  const long taps = g->kernel_height * g->kernel_width;
  for (long tap = 0; tap < taps; tap++)
    for (long c = 0; c < g->groups; c++)
      packed[tap * g->groups + c] = weight[c * taps + tap] * (scale ? scale[c] : 1);
}

static void FOVEA_NAME(depthwise_conv2d_forward_pack)(
    const void *arguments, void *scratch, long task) {
  const fovea_conv2d_forward_arguments *p = arguments;
  pack_depthwise(&p->geometry, p->weight, p->weight_scale, p->packed);
}

static void FOVEA_NAME(depthwise_conv2d_input_gradient_pack)(
    const void *arguments, void *scratch, long task) {
  const fovea_conv2d_input_gradient_arguments *p = arguments;
  pack_depthwise(&p->geometry, p->weight, NULL, p->packed);
}

// The taps of one target coordinate that lie inside the source: the source coordinate of the
// first, the kernel's tap that it is, and how many there are.
typedef struct {
  long count, source, source_step, tap, tap_step;
} inside_taps;

FOVEA_INLINE inside_taps taps_inside(const conv2d_axis *axis, const conv2d_taps *taps, long q) {
  const long start = axis->origin + q * axis->step + taps->offset;
  const long step = taps->offset_step;
  const long first = start < 0 ? divide_up(-start, step) : 0;
  const long room = axis->source - start;
  const long end = room <= 0 ? 0 : min_of(taps->count, divide_up(room, step));
  return (inside_taps){
      .count = max_of(0, end - first), .source = start + first * step, .source_step = step,
      .tap = taps->tap + first * taps->tap_step, .tap_step = taps->tap_step};
}

typedef struct {
  const float *source, *packed;
  float *target;
  long place;  // of the first of the pixels in the target, in floats
  const fovea_epilogue *epilogue;
  long channels, row_pitch, kernel_width;
  long source_pixels, target_pixels;  // between neighbours in a run of pixels, in floats
} depthwise_run;

// Adds one row of taps to the sums of neighbours whose windows are `step` pixels apart; all but n are
// constants. Each pixel is loaded once for all the windows that it lies in.
FOVEA_INLINE void add_shared_taps(
    const float *from, const float *weight, long pixel, long tap, long n, vf *sum,
    const int pixels, const int taps, const int step, const int sum_pitch) {
  vf w[DEPTHWISE_MOST_SHARED];
#pragma clang loop unroll(full)
  for (int s = 0; s < taps; s++) w[s] = load_part(weight + s * tap, n);
#pragma clang loop unroll(full)
  for (int j = 0; j < (pixels - 1) * step + taps; j++) {
    const vf x = load_part(from + j * pixel, n);
#pragma clang loop unroll(full)
    for (int i = 0; i < pixels; i++) {
      const int s = j - i * step;
      if (s >= 0 && s < taps) sum[i * sum_pitch] = multiply_add(x, w[s], sum[i * sum_pitch]);
    }
  }
}

// `pixels` neighbours and `vectors` vectors of channels from `c`, both constants; the last vector has n
// channels. Where `taps` is not 0, every row has so many, side by side, and `step` is the windows'.
FOVEA_INLINE void run_depthwise_tile(
    const depthwise_run *d, const inside_taps *rows, const inside_taps *columns, long c, long n,
    const int pixels, const int vectors, const int taps, const int step) {
  vf sum[DEPTHWISE_PIXELS][DEPTHWISE_VECTORS];
#pragma clang loop unroll(full)
  for (int i = 0; i < pixels; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) sum[i][v] = zero();
  for (long r = 0; r < rows->count; r++) {
    const float *from = d->source + r * rows->source_step * d->row_pitch + c;
    const float *weight =
        d->packed + ((rows->tap + r * rows->tap_step) * d->kernel_width + columns->tap) *
        d->channels + c;
    if (taps > 0) {
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++)
        add_shared_taps(
            from + v * VW, weight + v * VW, d->channels, columns->tap_step * d->channels, n,
            &sum[0][v], pixels, taps, step, DEPTHWISE_VECTORS);
      continue;
    }
    for (long s = 0; s < columns->count; s++) {
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) {
        const vf w = load_part(weight + v * VW, n);
#pragma clang loop unroll(full)
        for (int i = 0; i < pixels; i++)
          sum[i][v] =
              multiply_add(load_part(from + i * d->source_pixels + v * VW, n), w, sum[i][v]);
      }
      from += columns->source_step * d->channels;
      weight += columns->tap_step * d->channels;
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < pixels; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      const long channel = c + v * VW, place = d->place + i * d->target_pixels + channel;
      store_part(d->target + place, finish(d->epilogue, sum[i][v], channel, place, n), n);
    }
}

// All channels.
FOVEA_INLINE void run_depthwise_pixels(
    const depthwise_run *d, const inside_taps *rows, const inside_taps *columns,
    const int pixels, const int taps, const int step) {
  long c = 0;
  for (; c + DEPTHWISE_VECTORS * VW <= d->channels; c += DEPTHWISE_VECTORS * VW)
    run_depthwise_tile(d, rows, columns, c, VW, pixels, DEPTHWISE_VECTORS, taps, step);
  for (; c + VW <= d->channels; c += VW)
    run_depthwise_tile(d, rows, columns, c, VW, pixels, 1, taps, step);
  if (c < d->channels)
    run_depthwise_tile(d, rows, columns, c, d->channels - c, pixels, 1, taps, step);
}

// A run of neighbours whose windows lie inside the image, by the kernels and strides that networks have.
FOVEA_INLINE void run_depthwise_run(
    const depthwise_run *d, const inside_taps *rows, const inside_taps *columns, long step) {
  const bool is_dense = columns->source_step == 1;
  if (is_dense && columns->count == 3 && step == 1)
    run_depthwise_pixels(d, rows, columns, DEPTHWISE_PIXELS, 3, 1);
  else if (is_dense && columns->count == 3 && step == 2)
    run_depthwise_pixels(d, rows, columns, DEPTHWISE_PIXELS, 3, 2);
  else if (is_dense && columns->count == 5 && step == 1)
    run_depthwise_pixels(d, rows, columns, DEPTHWISE_PIXELS, 5, 1);
  else if (is_dense && columns->count == 5 && step == 2)
    run_depthwise_pixels(d, rows, columns, DEPTHWISE_PIXELS, 5, 2);
  else run_depthwise_pixels(d, rows, columns, DEPTHWISE_PIXELS, 0, 0);
}

static void run_depthwise_row(
    const conv2d_axis *width, const depthwise_run *row, const inside_taps *rows) {
  for (long phase = 0; phase < width->phases; phase++) {
    const conv2d_taps taps = fovea_conv2d_taps(width, phase);
    const position_range inside = positions_inside(width, phase);
    for (long q = inside.first; q < inside.end;) {
      const inside_taps columns = taps_inside(width, &taps, q);
      depthwise_run d = *row;
      d.source += columns.source * d.channels;
      d.place += (width->target_origin + q * width->phases + phase) * d.channels;
      const long last = q + DEPTHWISE_PIXELS - 1;
      const bool is_run = columns.count == taps.count && last < inside.end &&
          taps_inside(width, &taps, last).count == taps.count;
      if (is_run) {
        run_depthwise_run(&d, rows, &columns, width->step);
        q += DEPTHWISE_PIXELS;
        continue;
      }
      run_depthwise_pixels(&d, rows, &columns, 1, 0, 0);
      q++;
    }
  }
}

static void run_depthwise(
    const fovea_conv2d_geometry *g, bool is_gradient, const float *source, const float *packed,
    float *target, const fovea_epilogue *epilogue, long task) {
  const conv2d_axis height = fovea_conv2d_height(g, is_gradient);
  const conv2d_axis width = fovea_conv2d_width(g, is_gradient);
  const long channels = g->groups, total = g->batch * height.target;
  const long tasks = fovea_depthwise_conv2d_tasks(g, total);
  const long first = total / tasks * task + min_of(task, total % tasks);
  const long end = first + total / tasks + (task < total % tasks);
  for (long i = first; i < end; i++) {
    const long image = i / height.target, y = i % height.target;
    const long q = (y - height.target_origin) / height.phases;
    const conv2d_taps taps =
        fovea_conv2d_taps(&height, (y - height.target_origin) % height.phases);
    const inside_taps rows = taps_inside(&height, &taps, q);
    const depthwise_run row = {
        .source = source + (image * height.source + rows.source) * width.source * channels,
        .packed = packed, .target = target, .place = i * width.target * channels,
        .epilogue = epilogue,
        .channels = channels, .row_pitch = width.source * channels,
        .kernel_width = width.kernel, .source_pixels = width.step * channels,
        .target_pixels = width.phases * channels};
    run_depthwise_row(&width, &row, &rows);
  }
}

static void FOVEA_NAME(depthwise_conv2d_forward)(const void *arguments, void *scratch, long task) {
  const fovea_conv2d_forward_arguments *p = arguments;
  run_depthwise(&p->geometry, false, p->in, p->packed, p->out, &p->epilogue, task);
}

static void FOVEA_NAME(depthwise_conv2d_input_gradient)(
    const void *arguments, void *scratch, long task) {
  const fovea_conv2d_input_gradient_arguments *p = arguments;
  run_depthwise(
      &p->geometry, true, p->out_gradient, p->packed, p->in_gradient, &p->epilogue, task);
}

// Adds to `sum` the products of one row of the output gradient and one tap's row of the input:
// `pixels` pixels, `vectors` (a constant) vectors of channels.
FOVEA_INLINE void add_depthwise_products(
    const float *gradient, const float *in, long in_pitch, long channels, long pixels,
    float *sum, const int vectors) {
  vf total[DEPTHWISE_VECTORS * 2];
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) total[v] = load(sum + v * VW);
  for (long x = 0; x < pixels; x++, gradient += channels, in += in_pitch)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++)
      total[v] = multiply_add(load(gradient + v * VW), load(in + v * VW), total[v]);
#pragma clang loop unroll(full)
  for (int v = 0; v < vectors; v++) store(sum + v * VW, total[v]);
}

// The same for all channels.
FOVEA_INLINE void add_depthwise_row(
    const float *gradient, const float *in, long in_pitch, long channels, long pixels,
    float *sum) {
  long c = 0;
  for (; c + 4 * VW <= channels; c += 4 * VW)
    add_depthwise_products(gradient + c, in + c, in_pitch, channels, pixels, sum + c, 4);
  for (; c + VW <= channels; c += VW)
    add_depthwise_products(gradient + c, in + c, in_pitch, channels, pixels, sum + c, 1);
  for (; c < channels; c++)
    for (long x = 0; x < pixels; x++)
      sum[c] += gradient[x * channels + c] * in[x * in_pitch + c];
}

static void FOVEA_NAME(depthwise_conv2d_weight_gradient)(
    const void *arguments, void *scratch, long task) {
  const fovea_conv2d_weight_gradient_arguments *p = arguments;
  const fovea_conv2d_geometry *g = &p->geometry;
  const long channels = g->groups, taps = g->kernel_height * g->kernel_width;
  const long total = g->batch * g->out_height, chunks = fovea_depthwise_conv2d_tasks(g, total);
  const long first = total / chunks * task + min_of(task, total % chunks);
  const long end = first + total / chunks + (task < total % chunks);
  float *sums = (float *)p->workspace + task * taps * channels;
  memset(sums, 0, (size_t)(taps * channels) * sizeof(float));
  for (long i = first; i < end; i++) {
    const float *gradient = p->out_gradient + i * g->out_width * channels;
    for (long r = 0; r < g->kernel_height; r++) {
      const long y = i % g->out_height * g->stride_height + r * g->dilation_height - g->pad_top;
      if (y < 0 || y >= g->in_height) continue;
      const float *in = p->in + (i / g->out_height * g->in_height + y) * g->in_width * channels;
      for (long s = 0; s < g->kernel_width; s++) {
        // x * stride + offset lies inside for x in start..<stop.
        const long offset = s * g->dilation_width - g->pad_left;
        const long start = offset < 0 ? divide_up(-offset, g->stride_width) : 0;
        const long room = g->in_width - offset;
        const long stop =
            room <= 0 ? 0 : min_of(g->out_width, divide_up(room, g->stride_width));
        if (start >= stop) continue;
        add_depthwise_row(
            gradient + start * channels, in + (start * g->stride_width + offset) * channels,
            g->stride_width * channels, channels, stop - start,
            sums + (r * g->kernel_width + s) * channels);
      }
    }
  }
}

static void FOVEA_NAME(depthwise_conv2d_weight_gradient_reduce)(
    const void *arguments, void *scratch, long task) {
  const fovea_conv2d_weight_gradient_arguments *p = arguments;
  const fovea_conv2d_geometry *g = &p->geometry;
  const long channels = g->groups, taps = g->kernel_height * g->kernel_width;
  const long chunks = fovea_depthwise_conv2d_tasks(g, g->batch * g->out_height);
  // The first chunk's sums take the others', in order.
  float *sums = p->workspace;
  for (long chunk = 1; chunk < chunks; chunk++)
    for (long i = 0; i < taps * channels; i++) sums[i] += sums[chunk * taps * channels + i];
  for (long tap = 0; tap < taps; tap++)
    for (long c = 0; c < channels; c++)
      p->weight_gradient[c * taps + tap] = sums[tap * channels + c];
}
