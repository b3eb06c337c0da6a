// panel.h: packing a matrix into the panels of broadcast_tile.h.
//
//   panel[k * width + j] = b[k * step_stride + j * column_stride] for j < columns, 0 for j up to
//   width; k < steps.
//
// Requires  steps, columns > 0; columns <= width; width PANEL_WIDTH or VW.
// Ensures   writes steps * width elements.

// Turns VW rows of VW floats into columns.
FOVEA_INLINE void transpose(vf rows[VW]) {
#define FOVEA_SHUFFLE(i, j, ...)                                    \
  do {                                                              \
    vf a = rows[i], b = rows[j];                                    \
    rows[i] = __builtin_shufflevector(a, b, FOVEA_FIRST_HALF);      \
    rows[j] = __builtin_shufflevector(a, b, FOVEA_SECOND_HALF);     \
  } while (0)
#if FOVEA_VECTOR_WIDTH == 8
#define FOVEA_FIRST_HALF 0, 8, 2, 10, 4, 12, 6, 14
#define FOVEA_SECOND_HALF 1, 9, 3, 11, 5, 13, 7, 15
  FOVEA_SHUFFLE(0, 1);
  FOVEA_SHUFFLE(2, 3);
  FOVEA_SHUFFLE(4, 5);
  FOVEA_SHUFFLE(6, 7);
#undef FOVEA_FIRST_HALF
#undef FOVEA_SECOND_HALF
#define FOVEA_FIRST_HALF 0, 1, 8, 9, 4, 5, 12, 13
#define FOVEA_SECOND_HALF 2, 3, 10, 11, 6, 7, 14, 15
  FOVEA_SHUFFLE(0, 2);
  FOVEA_SHUFFLE(1, 3);
  FOVEA_SHUFFLE(4, 6);
  FOVEA_SHUFFLE(5, 7);
#undef FOVEA_FIRST_HALF
#undef FOVEA_SECOND_HALF
#define FOVEA_FIRST_HALF 0, 1, 2, 3, 8, 9, 10, 11
#define FOVEA_SECOND_HALF 4, 5, 6, 7, 12, 13, 14, 15
  FOVEA_SHUFFLE(0, 4);
  FOVEA_SHUFFLE(1, 5);
  FOVEA_SHUFFLE(2, 6);
  FOVEA_SHUFFLE(3, 7);
#elif FOVEA_VECTOR_WIDTH == 4
#define FOVEA_FIRST_HALF 0, 4, 2, 6
#define FOVEA_SECOND_HALF 1, 5, 3, 7
  FOVEA_SHUFFLE(0, 1);
  FOVEA_SHUFFLE(2, 3);
#undef FOVEA_FIRST_HALF
#undef FOVEA_SECOND_HALF
#define FOVEA_FIRST_HALF 0, 1, 4, 5
#define FOVEA_SECOND_HALF 2, 3, 6, 7
  FOVEA_SHUFFLE(0, 2);
  FOVEA_SHUFFLE(1, 3);
#else
#error "transpose is written for vectors of 4 and 8 floats"
#endif
#undef FOVEA_FIRST_HALF
#undef FOVEA_SECOND_HALF
#undef FOVEA_SHUFFLE
}

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
