// unpool2d_f32.h: the kernels of fovea_unpool2d.h. Included after pool2d_f32.h, whose windows they share.

static void FOVEA_NAME(max_pool2d_indices)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_pool2d_arguments *a = arguments;
  const long each = fovea_pool2d_rows_per_task(a), all = a->batch * a->out_height;
  const long channels = a->channels, width = a->in_width;
  for (long row = task * each; row < all && row < (task + 1) * each; row++) {
    const float *image = a->in + row / a->out_height * a->in_height * width * channels;
    const FOVEA_NAME(span) rows = FOVEA_NAME(rows_of)(a, row % a->out_height);
    for (long x_out = 0; x_out < a->out_width; x_out++) {
      const FOVEA_NAME(span) columns = FOVEA_NAME(columns_of)(a, x_out);
      float *out = a->out + (row * a->out_width + x_out) * channels;
      for (long c = 0; c < channels; c += VW) {
        const long n = channels - c;
        vf largest = broadcast(-INFINITY);
        vi winner = (vi){0} + (int32_t)(rows.start * width + columns.start);
        for (long y = rows.start; y < rows.end; y += rows.step)
          for (long x = columns.start; x < columns.end; x += columns.step) {
            const long place = y * width + x;
            const vf value = load_part(image + place * channels + c, n);
            const vi wins = (value > largest) | (value != value);
            largest = choose(wins, value, largest);
            winner = (wins & (int32_t)place) | (~wins & winner);
          }
        store_part(out + c, (vf)winner, n);
      }
    }
  }
}

// The channels start ..< end of one image that a task works on.
typedef struct {
  long image, start, end;
} FOVEA_NAME(channel_block);

FOVEA_INLINE FOVEA_NAME(channel_block) FOVEA_NAME(block_of)(long task, long channels) {
  const long blocks = divide_up(channels, fovea_pool2d_channel_block);
  const long start = task % blocks * fovea_pool2d_channel_block;
  return (FOVEA_NAME(channel_block)){
      task / blocks, start, min_of(start + fovea_pool2d_channel_block, channels)};
}

static void FOVEA_NAME(max_unpool2d)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_unpool2d_arguments *a = arguments;
  const long channels = a->channels;
  const FOVEA_NAME(channel_block) block = FOVEA_NAME(block_of)(task, channels);
  float *out = a->out + block.image * a->plane_pixels * channels;
  for (long place = 0; place < a->plane_pixels; place++)
    memset(
        out + place * channels + block.start, 0,
        (size_t)(block.end - block.start) * sizeof(float));
  for (long pixel = block.image * a->pixels; pixel < (block.image + 1) * a->pixels; pixel++)
    for (long c = block.start; c < block.end; c++) {
      const int32_t place = a->indices[pixel * channels + c];
      if (place < 0 || place >= a->plane_pixels)
        __atomic_store_n(a->status, 1, __ATOMIC_RELAXED);
      else
        out[place * channels + c] = a->in[pixel * channels + c];
    }
}

static void FOVEA_NAME(max_unpool2d_gradient)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_unpool2d_arguments *a = arguments;
  const long channels = a->channels;
  const FOVEA_NAME(channel_block) block = FOVEA_NAME(block_of)(task, channels);
  const float *in = a->in + block.image * a->plane_pixels * channels;
  for (long pixel = block.image * a->pixels; pixel < (block.image + 1) * a->pixels; pixel++)
    for (long c = block.start; c < block.end; c++) {
      const int32_t place = a->indices[pixel * channels + c];
      const bool is_inside = place >= 0 && place < a->plane_pixels;
      if (!is_inside) __atomic_store_n(a->status, 1, __ATOMIC_RELAXED);
      a->out[pixel * channels + c] = is_inside ? in[place * channels + c] : 0;
    }
}
