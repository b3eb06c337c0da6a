// panel.h: packing a matrix into the panels of broadcast_tile.h.
//
//   panel[k * width + j] = b[k * step_stride + j * column_stride] for j < columns, 0 for j up to
//   width; k < steps.
//
// Requires  steps, columns > 0; columns <= width; width PANEL_WIDTH or VW.
// Ensures   writes steps * width elements.

// One round of a transposition: rows that are `half` apart exchange half of their floats.
#define FOVEA_EXCHANGE(half)                                                            \
  do {                                                                                  \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < VW; i++) {                   \
      if (i & (half)) continue;                                                         \
      const vf a = rows[i], b = rows[i + (half)];                                       \
      rows[i] = __builtin_shufflevector(a, b, FOVEA_FIRST_HALVES_##half);               \
      rows[i + (half)] = __builtin_shufflevector(a, b, FOVEA_SECOND_HALVES_##half);     \
    }                                                                                   \
  } while (0)

#if FOVEA_VECTOR_WIDTH == 4
#define FOVEA_FIRST_HALVES_1 0, 4, 2, 6
#define FOVEA_SECOND_HALVES_1 1, 5, 3, 7
#define FOVEA_FIRST_HALVES_2 0, 1, 4, 5
#define FOVEA_SECOND_HALVES_2 2, 3, 6, 7
#elif FOVEA_VECTOR_WIDTH == 8
#define FOVEA_FIRST_HALVES_1 0, 8, 2, 10, 4, 12, 6, 14
#define FOVEA_SECOND_HALVES_1 1, 9, 3, 11, 5, 13, 7, 15
#define FOVEA_FIRST_HALVES_2 0, 1, 8, 9, 4, 5, 12, 13
#define FOVEA_SECOND_HALVES_2 2, 3, 10, 11, 6, 7, 14, 15
#define FOVEA_FIRST_HALVES_4 0, 1, 2, 3, 8, 9, 10, 11
#define FOVEA_SECOND_HALVES_4 4, 5, 6, 7, 12, 13, 14, 15
#elif FOVEA_VECTOR_WIDTH == 16
#define FOVEA_FIRST_HALVES_1 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30
#define FOVEA_SECOND_HALVES_1 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31
#define FOVEA_FIRST_HALVES_2 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define FOVEA_SECOND_HALVES_2 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#define FOVEA_FIRST_HALVES_4 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27
#define FOVEA_SECOND_HALVES_4 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31
#define FOVEA_FIRST_HALVES_8 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define FOVEA_SECOND_HALVES_8 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
#else
#error "transpose is written for vectors of 4, 8 and 16 floats"
#endif

// Turns VW rows of VW floats into columns.
FOVEA_INLINE void transpose(vf rows[VW]) {
  FOVEA_EXCHANGE(1);
  FOVEA_EXCHANGE(2);
#if FOVEA_VECTOR_WIDTH > 4
  FOVEA_EXCHANGE(4);
#endif
#if FOVEA_VECTOR_WIDTH > 8
  FOVEA_EXCHANGE(8);
#endif
}

#undef FOVEA_EXCHANGE

// The same for one vector of columns, each of them contiguous: VW * VW blocks, then single steps.
FOVEA_INLINE void pack_contiguous_columns(
    const float *b, long column_stride, long steps, long columns, long width, float *panel) {
  long k = 0;
  if (columns == VW)
    for (; k + VW <= steps; k += VW) {
      vf block[VW];
#pragma clang loop unroll(full)
      for (int j = 0; j < VW; j++) block[j] = load(b + j * column_stride + k);
      transpose(block);
#pragma clang loop unroll(full)
      for (int i = 0; i < VW; i++) store(panel + (k + i) * width, block[i]);
    }
  for (; k < steps; k++)
    for (long j = 0; j < VW; j++)
      panel[k * width + j] = j < columns ? b[j * column_stride + k] : 0;
}

static void pack_panel(
    const float *b, long step_stride, long column_stride, long steps, long columns, long width,
    float *panel) {
  if (column_stride == 1 && columns == width) {
    for (long k = 0; k < steps; k++)
      for (long j = 0; j < width; j += VW)
        store(panel + k * width + j, load(b + k * step_stride + j));
  } else if (step_stride == 1) {
    for (long j = 0; j < width; j += VW) {
      long left = columns - j < VW ? columns - j : VW;
      pack_contiguous_columns(b + j * column_stride, column_stride, steps, left, width, panel + j);
    }
  } else {
    for (long k = 0; k < steps; k++)
      for (long j = 0; j < width; j++)
        panel[k * width + j] = j < columns ? b[k * step_stride + j * column_stride] : 0;
  }
}

// Multiplies the columns of a panel by a number each.
static void scale_panel(
    float *panel, long steps, long columns, long width, const float *scales) {
  for (long j = 0; j < columns; j += VW) {
    const vf scale = load_part(scales + j, columns - j);
    for (long k = 0; k < steps; k++)
      store(panel + k * width + j, load(panel + k * width + j) * scale);
  }
}
