// quantized_conv2d.h: the kernels of fovea_quantized_conv2d.h; see quantized_conv2d_plan.h.
//
// They have external linkage, because the table of AVX-512 with VNNI takes the rest of its kernels from
// another file.

#if FOVEA_HAS_VNNI
typedef uint8_t quantized;
#else
typedef int16_t quantized;
#endif

enum { LANE_NUMBERS = 4 / sizeof(quantized) };
enum {
  QUANTIZED_PANEL = 2 * VW,
  // NEON multiplies the halves of lanes apart, so that weights are four vectors instead of two.
  QUANTIZED_WIDE_ROWS = FOVEA_VECTOR_REGISTERS < 32 ? 6 : FOVEA_VECTOR_WIDTH == 4 ? 13 : 14,
  QUANTIZED_NARROW_ROWS = FOVEA_VECTOR_REGISTERS == 32 ? 14 : 8,
  QUANTIZED_MOST_ROWS = 14,
};

typedef int32_t vi_unaligned __attribute__((vector_size(FOVEA_VECTOR_WIDTH * 4), aligned(4)));

FOVEA_INLINE vi load_integers(const void *p) { return *(const vi_unaligned *)p; }

// A lane of the image for add_lane_products, which takes the first one where it needs no copies.
FOVEA_INLINE vi load_lane(const quantized *p) {
  int32_t lane;
  memcpy(&lane, p, sizeof lane);
#if defined(__aarch64__)
  return (vi){lane};
#else
  return lane - (vi){0};
#endif
}

// sum + the products of a lane's numbers, unsigned ones of an image with signed ones of weights.
FOVEA_INLINE vi add_lane_products(vi sum, vi image, vi weights) {
#if FOVEA_HAS_VNNI
  return (vi)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)image, (__m512i)weights);
#elif defined(__x86_64__) && FOVEA_VECTOR_WIDTH == 16
  return sum + (vi)_mm512_madd_epi16((__m512i)image, (__m512i)weights);
#elif defined(__x86_64__) && FOVEA_VECTOR_WIDTH == 8
  return sum + (vi)_mm256_madd_epi16((__m256i)image, (__m256i)weights);
#elif defined(__x86_64__)
  return sum + (vi)_mm_madd_epi16((__m128i)image, (__m128i)weights);
#elif defined(__aarch64__)
  const int16x8_t x = (int16x8_t)image;
  sum = vmlal_laneq_s16(sum, vmovn_s32(weights), x, 0);
  return vmlal_laneq_s16(sum, vshrn_n_s32(weights, 16), x, 1);
#else
  return sum + ((image << 16) >> 16) * ((weights << 16) >> 16) +
      (image >> 16) * (weights >> 16);
#endif
}

// Keeps loads that come later in the text behind the computation of two vectors.
FOVEA_INLINE void keep_integers_in_order(vi *a, vi *b) {
  vf first = (vf)*a, second = (vf)*b;
  keep_in_order(&first, &second);
  *a = (vi)first;
  *b = (vi)second;
}

// The nearest integer, ties to even, of numbers between -2^22 and 2^22.
FOVEA_INLINE vi nearest_integer(vf x) {
  const vf magic = broadcast(0x1.8p23f);
  return (vi)(x + magic) - (vi)magic;
}

// MARK: Weights

typedef struct {
  long *offsets;
  float *factors;
  int32_t *starts;
  quantized *weights;
} quantized_packed;

FOVEA_INLINE quantized_packed packed_parts(const quantized_conv2d_plan *plan, void *packed) {
  char *bytes = packed;
  return (quantized_packed){
      .offsets = (long *)bytes, .factors = (float *)(bytes + plan->factors),
      .starts = (int32_t *)(bytes + plan->starts), .weights = (quantized *)(bytes + plan->weights)};
}

static void list_lanes(
    const quantized_conv2d_plan *plan, const fovea_conv2d_geometry *g, long *offsets) {
  const long runs_of_row = plan->runs / g->kernel_height;
  for (long run = 0; run < plan->runs; run++) {
    const long start = run / runs_of_row * g->dilation_height * plan->row_pitch +
        run % runs_of_row * g->dilation_width * plan->pixel_pitch;
    for (long k = 0; k < plan->run_steps; k++) *offsets++ = start + k * plan->lane_numbers;
  }
}

// The weights of one output into its column of a panel; returns their sum.
static int32_t pack_column(
    const quantized_conv2d_plan *plan, const float *weight, float inverse, long width,
    quantized *to) {
  int32_t sum = 0;
  const long lane_pitch = width * LANE_NUMBERS;
  for (long run = 0; run < plan->runs; run++)
    for (long k = 0; k < plan->run_steps; k++, to += lane_pitch)
      for (long j = 0; j < LANE_NUMBERS; j++) {
        const long i = k * LANE_NUMBERS + j;
        const bool is_weight = i < plan->run_numbers;
        // A product that is not a number becomes -127: comparisons with it are false.
        float x = is_weight ? weight[run * plan->run_numbers + i] * inverse : 0;
        x = x > -127 ? x : -127;
        x = x < 127 ? x : 127;
        const float magic = 0x1.8p23f, shifted = x + magic;
        int32_t q, base;
        memcpy(&q, &shifted, sizeof q);
        memcpy(&base, &magic, sizeof base);
        to[j] = (quantized)(q - base);
        sum += q - base;
      }
  return sum;
}

void FOVEA_NAME(quantized_conv2d_pack)(const void *arguments, void *scratch, long task) {
  const fovea_quantized_conv2d_arguments *p = arguments;
  const fovea_conv2d_geometry *g = &p->geometry;
  const quantized_conv2d_plan plan = fovea_quantized_conv2d_plan(g, VW, LANE_NUMBERS);
  const quantized_packed packed = packed_parts(&plan, p->packed);
  if (task == 0) list_lanes(&plan, g, packed.offsets);
  const long count = plan.runs * plan.run_numbers;
  const long columns = divide_up(plan.panels, plan.pack_tasks) * QUANTIZED_PANEL;
  const long end = min_of(plan.panel_columns, (task + 1) * columns);
  for (long column = task * columns; column < end; column++) {
    const long panel = column / QUANTIZED_PANEL * QUANTIZED_PANEL;
    const long width = min_of(QUANTIZED_PANEL, plan.panel_columns - panel);
    quantized *to = packed.weights + (panel * plan.steps + column - panel) * LANE_NUMBERS;
    if (column >= g->out_channels) {
      for (long k = 0; k < plan.steps; k++, to += width * LANE_NUMBERS)
        for (long j = 0; j < LANE_NUMBERS; j++) to[j] = 0;
      packed.factors[column] = 0;
      packed.starts[column] = 0;
      continue;
    }
    const float *weight = p->weight + column * count;
    float largest = 0;
    for (long i = 0; i < count; i++) {
      const float magnitude = fabsf(weight[i]);
      // NaN stays the largest.
      if (magnitude > largest || magnitude != magnitude) largest = magnitude;
    }
    if (!(largest < INFINITY)) largest = NAN;
    // Below, 127 / largest may be infinite.
    const bool vanishes = largest < 0x1p-120f;
    const float scale = vanishes ? 0 : p->input_scale * (largest / 127);
    packed.factors[column] = p->weight_scale ? scale * p->weight_scale[column] : scale;
    const int32_t sum =
        pack_column(&plan, weight, vanishes ? 0 : 127 / largest, width, to);
    packed.starts[column] = -p->zero_point * sum;
  }
}

// MARK: Image

// `count` numbers from floats.
FOVEA_INLINE void quantize_floats(
    const float *from, long count, float inverse, int32_t zero_point, quantized *to) {
  typedef quantized numbers __attribute__((vector_size(VW * sizeof(quantized)), aligned(1)));
  const vf factor = broadcast(inverse), lowest = broadcast((float)-zero_point);
  const vf highest = broadcast((float)(255 - zero_point));
  for (long i = 0; i < count; i += VW) {
    vf x = load_part(from + i, count - i) * factor;
    // What is not a number passes no comparison.
    x = choose(x > lowest, x, lowest);
    x = choose(x < highest, x, highest);
    const numbers q = __builtin_convertvector(nearest_integer(x) + zero_point, numbers);
    if (count - i >= VW) *(numbers *)(to + i) = q;
    else memcpy(to + i, &q, (size_t)(count - i) * sizeof(quantized));
  }
}

FOVEA_INLINE void fill_numbers(quantized *to, long count, int32_t value) {
  for (long i = 0; i < count; i++) to[i] = (quantized)value;
}

void FOVEA_NAME(quantized_conv2d_quantize)(const void *arguments, void *scratch, long task) {
  const fovea_quantized_conv2d_arguments *p = arguments;
  const fovea_conv2d_geometry *g = &p->geometry;
  const quantized_conv2d_plan plan = fovea_quantized_conv2d_plan(g, VW, LANE_NUMBERS);
  const float inverse = 1 / p->input_scale;
  const long channels = g->in_channels, pitch = plan.pixel_pitch;
  const long before = min_of(plan.columns, max_of(0, -plan.left));
  const long inside_end =
      max_of(before, min_of(plan.columns, g->in_width - plan.left));
  const long rows = divide_up(plan.quantize_rows, plan.quantize_tasks);
  const long end = min_of(plan.quantize_rows, (task + 1) * rows);
  for (long row = task * rows; row < end; row++) {
    const long image = row / plan.rows, y = row % plan.rows + plan.top;
    quantized *to = (quantized *)p->workspace + row * plan.row_pitch;
    if (y < 0 || y >= g->in_height) {
      fill_numbers(to, plan.row_pitch, p->zero_point);
      continue;
    }
    const float *from = p->in + ((image * g->in_height + y) * g->in_width + plan.left) * channels;
    fill_numbers(to, before * pitch, p->zero_point);
    if (pitch == channels) {
      quantize_floats(
          from + before * channels, (inside_end - before) * channels, inverse, p->zero_point,
          to + before * channels);
    } else {
      for (long x = before; x < inside_end; x++)
        quantize_floats(
            from + x * channels, channels, inverse, p->zero_point, to + x * pitch);
    }
    fill_numbers(to + inside_end * pitch, (plan.columns - inside_end) * pitch, p->zero_point);
  }
}

// MARK: Products

typedef struct {
  const quantized_conv2d_plan *plan;
  const fovea_quantized_conv2d_arguments *p;
  const long *offsets;
  const quantized *panel;
  const int32_t *starts;
  const float *factors;
  long column, columns;  // columns of the panel that are outputs
} quantized_panel;

// `rows` and `vectors` are constants, as in broadcast_tile.h.
FOVEA_INLINE void run_quantized_tile(
    const quantized_panel *t, const quantized *const *pixels, long pixel, const int rows,
    const int vectors) {
  vi sum[QUANTIZED_MOST_ROWS][2];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) sum[i][v] = load_integers(t->starts + v * VW);
  const quantized *a[QUANTIZED_MOST_ROWS];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) a[i] = pixels[i];
  const quantized *panel = t->panel;
  const long *offsets = t->offsets, *end = offsets + t->plan->steps;
  const long lane_pitch = vectors * VW * LANE_NUMBERS;
  for (; offsets < end; offsets++, panel += lane_pitch) {
    const long offset = *offsets;
    vi b[2];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) b[v] = load_integers(panel + v * VW * LANE_NUMBERS);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      const vi x = load_lane(a[i] + offset);
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) sum[i][v] = add_lane_products(sum[i][v], x, b[v]);
      // With so many rows, the compiler would load all of them first and spill the sums.
      if (rows * vectors > 12) keep_integers_in_order(&sum[i][0], &sum[i][vectors - 1]);
    }
  }
  const long pitch = t->p->geometry.out_channels;
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      const long left = t->columns - v * VW;
      if (left <= 0) continue;
      const long column = t->column + v * VW, at = (pixel + i) * pitch + column;
      // A statement of its own, which the compiler does not fuse with the addition that follows.
      const vf x = __builtin_convertvector(sum[i][v], vf) * load(t->factors + v * VW);
      store_part(t->p->out + at, finish(&t->p->epilogue, x, column, at, left), left);
    }
}

static void run_quantized_rows(
    const quantized_panel *t, const quantized *const *pixels, long pixel, long rows, bool wide) {
#define FOVEA_TILE(rows, vectors) \
  case rows: return run_quantized_tile(t, pixels, pixel, rows, vectors);
  if (wide) switch (rows) {
      FOVEA_TILE(1, 2) FOVEA_TILE(2, 2) FOVEA_TILE(3, 2) FOVEA_TILE(4, 2) FOVEA_TILE(5, 2)
      FOVEA_TILE(6, 2)
#if FOVEA_VECTOR_REGISTERS == 32
      FOVEA_TILE(7, 2) FOVEA_TILE(8, 2) FOVEA_TILE(9, 2) FOVEA_TILE(10, 2) FOVEA_TILE(11, 2)
      FOVEA_TILE(12, 2) FOVEA_TILE(13, 2)
#endif
#if FOVEA_VECTOR_WIDTH == 16
      FOVEA_TILE(14, 2)
#endif
    }
  switch (rows) {
    FOVEA_TILE(1, 1) FOVEA_TILE(2, 1) FOVEA_TILE(3, 1) FOVEA_TILE(4, 1) FOVEA_TILE(5, 1)
    FOVEA_TILE(6, 1) FOVEA_TILE(7, 1) FOVEA_TILE(8, 1)
#if FOVEA_VECTOR_REGISTERS == 32
    FOVEA_TILE(9, 1) FOVEA_TILE(10, 1) FOVEA_TILE(11, 1) FOVEA_TILE(12, 1) FOVEA_TILE(13, 1)
    FOVEA_TILE(14, 1)
#endif
  }
#undef FOVEA_TILE
}

// The first number under the window of each of `rows` pixels.
FOVEA_INLINE void find_pixels(
    const quantized_conv2d_plan *plan, const fovea_quantized_conv2d_arguments *p, long pixel,
    long rows, const quantized **pixels) {
  const fovea_conv2d_geometry *g = &p->geometry;
  long x = pixel % g->out_width, y = pixel / g->out_width % g->out_height;
  long image = pixel / g->out_width / g->out_height;
  for (long i = 0; i < rows; i++) {
    pixels[i] = (const quantized *)p->workspace + image * plan->image_pitch +
        y * g->stride_height * plan->row_pitch + x * g->stride_width * plan->pixel_pitch;
    if (++x < g->out_width) continue;
    x = 0;
    if (++y < g->out_height) continue;
    y = 0;
    image++;
  }
}

void FOVEA_NAME(quantized_conv2d)(const void *arguments, void *scratch, long task) {
  const fovea_quantized_conv2d_arguments *p = arguments;
  const long out_channels = p->geometry.out_channels;
  const quantized_conv2d_plan plan = fovea_quantized_conv2d_plan(&p->geometry, VW, LANE_NUMBERS);
  const quantized_packed packed = packed_parts(&plan, p->packed);
  const long first = task / plan.column_blocks * plan.block_pixels;
  const long end = min_of(plan.pixels, first + plan.block_pixels);
  const long first_panel = task % plan.column_blocks * plan.block_panels;
  const long end_panel = min_of(plan.panels, first_panel + plan.block_panels);
  for (long panel = first_panel; panel < end_panel; panel++) {
    const long column = panel * QUANTIZED_PANEL;
    const bool wide = plan.panel_columns - column >= QUANTIZED_PANEL;
    const quantized_panel t = {
        .plan = &plan, .p = p, .offsets = packed.offsets,
        .panel = packed.weights + column * plan.steps * LANE_NUMBERS,
        .starts = packed.starts + column, .factors = packed.factors + column, .column = column,
        .columns = min_of(QUANTIZED_PANEL, out_channels - column)};
    // Tiles of about the same height.
    const long most = wide ? QUANTIZED_WIDE_ROWS : QUANTIZED_NARROW_ROWS;
    const long tile_rows = divide_up(end - first, divide_up(end - first, most));
    for (long pixel = first; pixel < end; pixel += tile_rows) {
      const quantized *pixels[QUANTIZED_MOST_ROWS];
      const long rows = min_of(tile_rows, end - pixel);
      find_pixels(&plan, p, pixel, rows, pixels);
      run_quantized_rows(&t, pixels, pixel, rows, wide);
    }
  }
}
