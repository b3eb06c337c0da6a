// broadcast_tile.h: the micro-kernel under convolution and matrix multiplication.
//
//   out[out_offsets[i] + j] = start + sum over k < steps of
//                             a[row_offsets[i] + step_offsets[k]] * panel[k * width + j]
//   for i < rows, j < columns; start is out's old value where `accumulate`, else bias[j], else 0,
//   plus residual[out_offsets[i] + j] where there is one; results are clamped where asked.
//
// Rows and steps have lists of offsets, so that any window, stride, dilation or transposition is
// addressed without a copy: a row is an output pixel and a step a (tap, channel) pair in a
// convolution; for its weight gradient a row is a (tap, channel) pair and a step a pixel.
//
// Layout    panel [steps][width], width 2 * VW or VW, columns past `columns` filled with anything
//           finite; every length in elements.
// Requires  rows, columns > 0; steps >= 0; columns <= width; `bias` has `columns` elements.
// Ensures   writes the rows * columns elements named above and nothing else.
// Numbers   adds in the order of k, fused where FOVEA_HAS_FMA.
//
// Rows of two vectors hold 2 * WIDE_ROWS sums; two panel vectors and one broadcast are left: 15 of 16
// vector registers, or 31 of 32. For one vector of columns more rows hide the latency of the
// multiply-add.

enum {
  PANEL_WIDTH = 2 * VW,
  WIDE_ROWS = FOVEA_VECTOR_REGISTERS == 32 ? 14 : 6,
  NARROW_ROWS = FOVEA_VECTOR_REGISTERS == 32 ? 14 : 8,
  MAX_TILE_ROWS = 14,
};

// Steps per pass over a panel: PANEL_STEPS * PANEL_WIDTH floats and the rows of a tile stay in the
// first-level cache.
enum { PANEL_STEPS = 256 };

typedef struct {
  const float *a;
  const long *row_offsets;
  const long *step_offsets;
  long rows, steps;
  const float *panel;
  long width;
  float *out;
  const long *out_offsets;
  long columns;
  const float *bias;
  const float *residual;  // laid out like `out`, added to bias; NULL: none
  bool accumulate;
  bool clamps;
  float lowest, highest;  // where `clamps`, what results are kept between
  const float *mask;      // laid out like `out`: results are 0 where it is not above 0; NULL: none
} tile_arguments;

// The width of the panel that begins at column `start` of `columns`.
FOVEA_INLINE long panel_width(long columns, long start) {
  return columns - start > VW ? PANEL_WIDTH : VW;
}

// `rows` and `vectors` are constants, so that every loop over sums unrolls: a sum with an index at
// run time would live in memory.
FOVEA_INLINE void run_tile(
    const tile_arguments *t, const long *row_offsets, float *out, const float *residual,
    const float *mask, const long *out_offsets, const float *bias, const int rows, const int vectors) {
  vf sum[MAX_TILE_ROWS][2];
  const float *a[MAX_TILE_ROWS];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    a[i] = t->a + row_offsets[i];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      if (t->accumulate) sum[i][v] = load(out + out_offsets[i] + v * VW);
      else sum[i][v] = bias ? load(bias + v * VW) : zero();
      if (residual) sum[i][v] += load(residual + out_offsets[i] + v * VW);
    }
  }
  const float *panel = t->panel;
  const long *step_offsets = t->step_offsets, *end = step_offsets + t->steps;
  // Panels lie behind each other, and the next pass reads the next one.
  const long next_panel = t->steps * vectors * VW;
  for (; step_offsets < end; step_offsets++, panel += vectors * VW) {
    long offset = *step_offsets;
    vf b[2];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      b[v] = load(panel + v * VW);
      __builtin_prefetch(panel + next_panel + v * VW, 0, 2);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      vf x = broadcast(a[i][offset]);
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) sum[i][v] = multiply_add(x, b[v], sum[i][v]);
      // With so many rows, the compiler would load all of them first and spill the sums.
      if (rows * vectors > 12) keep_in_order(&sum[i][0], &sum[i][vectors - 1]);
    }
  }
  if (t->clamps) {
    const vf lowest = broadcast(t->lowest), highest = broadcast(t->highest);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) sum[i][v] = hardtanh_of(sum[i][v], lowest, highest);
  }
  if (mask) {
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++)
        sum[i][v] =
            choose(load(mask + out_offsets[i] + v * VW) > zero(), sum[i][v], zero());
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) store(out + out_offsets[i] + v * VW, sum[i][v]);
}

FOVEA_INLINE void run_tile_of(
    const tile_arguments *t, const long *row_offsets, float *out, const float *residual,
    const float *mask, const long *out_offsets, const float *bias, long rows) {
#define FOVEA_TILE(rows, vectors) \
  case rows: return run_tile(t, row_offsets, out, residual, mask, out_offsets, bias, rows, vectors);
  if (t->width == PANEL_WIDTH) switch (rows) {
      FOVEA_TILE(1, 2) FOVEA_TILE(2, 2) FOVEA_TILE(3, 2) FOVEA_TILE(4, 2) FOVEA_TILE(5, 2)
      FOVEA_TILE(6, 2)
#if FOVEA_VECTOR_REGISTERS == 32
      FOVEA_TILE(7, 2) FOVEA_TILE(8, 2) FOVEA_TILE(9, 2) FOVEA_TILE(10, 2) FOVEA_TILE(11, 2)
      FOVEA_TILE(12, 2) FOVEA_TILE(13, 2) FOVEA_TILE(14, 2)
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

// All rows of a panel with fewer columns than its width, through a buffer.
static void run_narrow_panel(const tile_arguments *t, long tile_rows) {
  const size_t bytes = (size_t)t->columns * sizeof(float);
  float edge[MAX_TILE_ROWS * PANEL_WIDTH] = {0}, edge_bias[PANEL_WIDTH] = {0};
  float edge_residual[MAX_TILE_ROWS * PANEL_WIDTH] = {0};
  float edge_mask[MAX_TILE_ROWS * PANEL_WIDTH] = {0};
  long edge_offsets[MAX_TILE_ROWS];
  for (long i = 0; i < MAX_TILE_ROWS; i++) edge_offsets[i] = i * PANEL_WIDTH;
  const float *bias = t->bias ? memcpy(edge_bias, t->bias, bytes) : NULL;
  for (long row = 0; row < t->rows; row += tile_rows) {
    const long rows = min_of(tile_rows, t->rows - row);
    const long *out_offsets = t->out_offsets + row;
    for (long i = 0; i < rows && t->accumulate; i++)
      memcpy(edge + edge_offsets[i], t->out + out_offsets[i], bytes);
    for (long i = 0; i < rows && t->residual; i++)
      memcpy(edge_residual + edge_offsets[i], t->residual + out_offsets[i], bytes);
    for (long i = 0; i < rows && t->mask; i++)
      memcpy(edge_mask + edge_offsets[i], t->mask + out_offsets[i], bytes);
    run_tile_of(
        t, t->row_offsets + row, edge, t->residual ? edge_residual : NULL,
        t->mask ? edge_mask : NULL, edge_offsets, bias, rows);
    for (long i = 0; i < rows; i++)
      memcpy(t->out + out_offsets[i], edge + edge_offsets[i], bytes);
  }
}

// All rows of one panel, in tiles of about the same height.
static void run_panel(const tile_arguments *t) {
  const long most = t->width == PANEL_WIDTH ? WIDE_ROWS : NARROW_ROWS;
  const long tile_rows = divide_up(t->rows, divide_up(t->rows, most));
  if (t->columns < t->width) return run_narrow_panel(t, tile_rows);
  for (long row = 0; row < t->rows; row += tile_rows)
    run_tile_of(
        t, t->row_offsets + row, t->out, t->residual, t->mask, t->out_offsets + row, t->bias,
        min_of(tile_rows, t->rows - row));
}
