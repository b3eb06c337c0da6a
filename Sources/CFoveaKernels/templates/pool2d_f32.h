// pool2d_f32.h: the kernels of fovea_pool2d.h.

// The pixels start ..< end, by step, of one window along one axis; divisor counts what an average does.
typedef struct {
  long start, end, step, divisor;
} FOVEA_NAME(span);

FOVEA_INLINE FOVEA_NAME(span) FOVEA_NAME(window)(
    long position, long kernel, long stride, long dilation, long pad, long pad_after, long extent,
    bool count_include_pad) {
  long start = position * stride - pad;
  long end = start + dilation * (kernel - 1) + 1;
  const long padded_end = end < extent + pad_after ? end : extent + pad_after;
  const long padded = padded_end - start;
  if (start < 0) start += (-start + dilation - 1) / dilation * dilation;
  if (end > extent) end = extent;
  // A window may jump over the image; then nothing is added up, and the divisor must not be 0.
  const long divisor = count_include_pad ? padded : end - start;
  return (FOVEA_NAME(span)){start, end, dilation, max_of(divisor, 1)};
}

FOVEA_INLINE FOVEA_NAME(span) FOVEA_NAME(rows_of)(const fovea_pool2d_arguments *a, long y) {
  return FOVEA_NAME(window)(
      y, a->kernel_height, a->stride_height, a->dilation_height, a->pad_top, a->pad_bottom,
      a->in_height, a->count_include_pad);
}

FOVEA_INLINE FOVEA_NAME(span) FOVEA_NAME(columns_of)(const fovea_pool2d_arguments *a, long x) {
  return FOVEA_NAME(window)(
      x, a->kernel_width, a->stride_width, a->dilation_width, a->pad_left, a->pad_right,
      a->in_width, a->count_include_pad);
}

// The cell `position` of `cells` over `extent` pixels.
FOVEA_INLINE FOVEA_NAME(span) FOVEA_NAME(cell)(long position, long cells, long extent) {
  const long start = position * extent / cells;
  const long end = ((position + 1) * extent + cells - 1) / cells;
  return (FOVEA_NAME(span)){start, end, 1, end - start};
}

FOVEA_INLINE void FOVEA_NAME(max_of_window)(
    const fovea_pool2d_arguments *a, const float *image, FOVEA_NAME(span) rows,
    FOVEA_NAME(span) columns, float *out) {
  const long channels = a->channels, width = a->in_width;
#define FOVEA_BODY(c, n)                                                                       \
  do {                                                                                         \
    vf largest = broadcast(-INFINITY);                                                         \
    for (long y = rows.start; y < rows.end; y += rows.step)                                    \
      for (long x = columns.start; x < columns.end; x += columns.step)                         \
        largest = maximum(load_part(image + (y * width + x) * channels + (c), n), largest);    \
    store_part(out + (c), largest, n);                                                         \
  } while (0)
  FOVEA_FOR_EACH_CHANNELS(channels, FOVEA_BODY);
#undef FOVEA_BODY
}

// Each row is added up for itself, which keeps the error of large windows small.
FOVEA_INLINE void FOVEA_NAME(mean_of_window)(
    const fovea_pool2d_arguments *a, const float *image, FOVEA_NAME(span) rows,
    FOVEA_NAME(span) columns, float *out) {
  const long channels = a->channels, width = a->in_width;
  const vf divisor = broadcast((float)(rows.divisor * columns.divisor));
#define FOVEA_BODY(c, n)                                                           \
  do {                                                                             \
    vf sum = zero();                                                               \
    for (long y = rows.start; y < rows.end; y++) {                                 \
      vf row = zero();                                                             \
      for (long x = columns.start; x < columns.end; x++)                           \
        row += load_part(image + (y * width + x) * channels + (c), n);             \
      sum += row;                                                                  \
    }                                                                              \
    store_part(out + (c), sum / divisor, n);                                       \
  } while (0)
  FOVEA_FOR_EACH_CHANNELS(channels, FOVEA_BODY);
#undef FOVEA_BODY
}

// Defines a forward kernel: REDUCE over the windows that ROWS and COLUMNS name.
#define FOVEA_POOL(name, REDUCE, ROWS, COLUMNS)                                              \
  static void FOVEA_NAME(name)(const void *arguments, void *scratch, long task) {            \
    (void)scratch;                                                                           \
    const fovea_pool2d_arguments *a = arguments;                                             \
    const long each = fovea_pool2d_rows_per_task(a), all = a->batch * a->out_height;         \
    for (long row = task * each; row < all && row < (task + 1) * each; row++) {              \
      const float *image =                                                                   \
          a->in + row / a->out_height * a->in_height * a->in_width * a->channels;            \
      const long y = row % a->out_height;                                                    \
      const FOVEA_NAME(span) rows = ROWS;                                                    \
      for (long x = 0; x < a->out_width; x++)                                                \
        REDUCE(a, image, rows, COLUMNS, a->out + (row * a->out_width + x) * a->channels);    \
    }                                                                                        \
  }

FOVEA_POOL(
    max_pool2d, FOVEA_NAME(max_of_window), FOVEA_NAME(rows_of)(a, y), FOVEA_NAME(columns_of)(a, x))
FOVEA_POOL(
    avg_pool2d, FOVEA_NAME(mean_of_window), FOVEA_NAME(rows_of)(a, y),
    FOVEA_NAME(columns_of)(a, x))
FOVEA_POOL(
    adaptive_avg_pool2d, FOVEA_NAME(mean_of_window),
    FOVEA_NAME(cell)(y, a->out_height, a->in_height),
    FOVEA_NAME(cell)(x, a->out_width, a->in_width))
FOVEA_POOL(
    adaptive_max_pool2d, FOVEA_NAME(max_of_window), FOVEA_NAME(cell)(y, a->out_height, a->in_height),
    FOVEA_NAME(cell)(x, a->out_width, a->in_width))

#undef FOVEA_POOL

// Adds a window's gradient to its first largest pixel, for n channels from image and in_gradient on.
FOVEA_INLINE void FOVEA_NAME(spread_max)(
    const fovea_pool2d_arguments *a, const float *image, const float *g, FOVEA_NAME(span) rows,
    FOVEA_NAME(span) columns, float *in_gradient, long n_channels) {
  const long channels = a->channels, width = a->in_width;
#define FOVEA_BODY(c, n)                                                                       \
  do {                                                                                         \
    vf largest = broadcast(-INFINITY);                                                         \
    vi winner = {0};                                                                           \
    int32_t tap = 0;                                                                           \
    for (long y = rows.start; y < rows.end; y += rows.step)                                    \
      for (long x = columns.start; x < columns.end; x += columns.step, tap++) {                \
        const vf value = load_part(image + (y * width + x) * channels + (c), n);               \
        const vi wins = (value > largest) | (value != value);                                  \
        largest = choose(wins, value, largest);                                                \
        winner = (wins & tap) | (~wins & winner);                                              \
      }                                                                                        \
    const vf gradient = load_part(g + (c), n);                                                 \
    tap = 0;                                                                                   \
    for (long y = rows.start; y < rows.end; y += rows.step)                                    \
      for (long x = columns.start; x < columns.end; x += columns.step, tap++) {                \
        float *place = in_gradient + (y * width + x) * channels + (c);                         \
        const vf share = choose(winner == tap, gradient, zero());                              \
        store_part(place, load_part(place, n) + share, n);                                     \
      }                                                                                        \
  } while (0)
  FOVEA_FOR_EACH_CHANNELS(n_channels, FOVEA_BODY);
#undef FOVEA_BODY
}

// Shares a window's gradient out evenly, for n channels.
FOVEA_INLINE void FOVEA_NAME(spread_mean)(
    const fovea_pool2d_arguments *a, const float *image, const float *g, FOVEA_NAME(span) rows,
    FOVEA_NAME(span) columns, float *in_gradient, long n_channels) {
  (void)image;
  const long channels = a->channels, width = a->in_width;
  const vf divisor = broadcast((float)(rows.divisor * columns.divisor));
#define FOVEA_BODY(c, n)                                                       \
  do {                                                                         \
    const vf share = load_part(g + (c), n) / divisor;                          \
    for (long y = rows.start; y < rows.end; y++)                               \
      for (long x = columns.start; x < columns.end; x++) {                     \
        float *place = in_gradient + (y * width + x) * channels + (c);         \
        store_part(place, load_part(place, n) + share, n);                     \
      }                                                                        \
  } while (0)
  FOVEA_FOR_EACH_CHANNELS(n_channels, FOVEA_BODY);
#undef FOVEA_BODY
}

// Defines a gradient kernel: SPREAD over the windows that ROWS and COLUMNS name.
#define FOVEA_POOL_GRADIENT(name, SPREAD, ROWS, COLUMNS)                                       \
  static void FOVEA_NAME(name)(const void *arguments, void *scratch, long task) {              \
    (void)scratch;                                                                             \
    const fovea_pool2d_arguments *a = arguments;                                               \
    const long blocks = fovea_pool2d_channel_blocks(a), channels = a->channels;                \
    const long start = task % blocks * fovea_pool2d_channel_block;                             \
    const long rest = channels - start;                                                        \
    const long n = rest < fovea_pool2d_channel_block ? rest : fovea_pool2d_channel_block;      \
    const long pixels = a->in_height * a->in_width;                                            \
    const long offset = task / blocks * pixels * channels + start;                             \
    const float *image = a->in ? a->in + offset : NULL;                                        \
    float *in_gradient = a->out + offset;                                                      \
    for (long pixel = 0; pixel < pixels; pixel++)                                              \
      memset(in_gradient + pixel * channels, 0, (size_t)n * sizeof(float));                    \
    const float *g = a->out_gradient                                                           \
                     + task / blocks * a->out_height * a->out_width * channels + start;        \
    for (long y = 0; y < a->out_height; y++) {                                                 \
      const FOVEA_NAME(span) rows = ROWS;                                                      \
      for (long x = 0; x < a->out_width; x++, g += channels)                                   \
        SPREAD(a, image, g, rows, COLUMNS, in_gradient, n);                                    \
    }                                                                                          \
  }

FOVEA_POOL_GRADIENT(
    max_pool2d_gradient, FOVEA_NAME(spread_max), FOVEA_NAME(rows_of)(a, y),
    FOVEA_NAME(columns_of)(a, x))
FOVEA_POOL_GRADIENT(
    avg_pool2d_gradient, FOVEA_NAME(spread_mean), FOVEA_NAME(rows_of)(a, y),
    FOVEA_NAME(columns_of)(a, x))
FOVEA_POOL_GRADIENT(
    adaptive_avg_pool2d_gradient, FOVEA_NAME(spread_mean),
    FOVEA_NAME(cell)(y, a->out_height, a->in_height),
    FOVEA_NAME(cell)(x, a->out_width, a->in_width))
FOVEA_POOL_GRADIENT(
    adaptive_max_pool2d_gradient, FOVEA_NAME(spread_max),
    FOVEA_NAME(cell)(y, a->out_height, a->in_height),
    FOVEA_NAME(cell)(x, a->out_width, a->in_width))

#undef FOVEA_POOL_GRADIENT
