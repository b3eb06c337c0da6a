// matmul_f32.h: fovea_matmul.h.
//
// Scratch   row offsets, out offsets (block_rows longs each), step offsets (matmul_steps longs),
//           panels of b (matmul_steps * block_columns floats). None for few rows.

// Few rows against contiguous columns. Four columns at a time, so that the loads of a serve four
// products; `rows` is a constant.
enum { DOT_ROWS = 3, DOT_COLUMNS = 4, ROW_TERMS = 8 };

FOVEA_INLINE float sum_of_lanes(vf v) {
  float sum = 0;
#pragma clang loop unroll(full)
  for (int i = 0; i < VW; i++) sum += v[i];
  return sum;
}

FOVEA_INLINE void run_dot_products(
    const fovea_matmul_arguments *p, long row, long column, const int rows, const int columns) {
  vf sum[DOT_ROWS][DOT_COLUMNS];
  const float *a = p->a + row * p->a_row_stride, *b = p->b + column * p->b_column_stride;
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < columns; j++) sum[i][j] = zero();
  long k = 0;
  for (; k + VW <= p->inner; k += VW) {
    vf x[DOT_ROWS];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) x[i] = load(a + i * p->a_row_stride + k);
#pragma clang loop unroll(full)
    for (int j = 0; j < columns; j++) {
      const vf y = load(b + j * p->b_column_stride + k);
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) sum[i][j] = multiply_add(x[i], y, sum[i][j]);
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < columns; j++) {
      float total = (p->bias ? p->bias[column + j] : 0) + sum_of_lanes(sum[i][j]);
      for (long tail = k; tail < p->inner; tail++)
        total += a[i * p->a_row_stride + tail] * b[j * p->b_column_stride + tail];
      p->out[(row + i) * p->columns + column + j] = total;
    }
}

FOVEA_INLINE void run_dot_columns(
    const fovea_matmul_arguments *p, long column, const int columns) {
  long row = 0;
  for (; row + DOT_ROWS <= p->rows; row += DOT_ROWS)
    run_dot_products(p, row, column, DOT_ROWS, columns);
  for (; row < p->rows; row++) run_dot_products(p, row, column, 1, columns);
}

// Few rows against rows of b that are contiguous: adds `terms` (a constant) rows of b at a time to
// the columns from `column` to `end_column` of a row of out, which stay in the first-level cache.
FOVEA_INLINE void add_rows(
    const fovea_matmul_arguments *p, long row, long step, long column, long end_column,
    const int terms) {
  float *out = p->out + row * p->columns;
  const float *a = p->a + row * p->a_row_stride + step * p->a_column_stride;
  const float *b = p->b + step * p->b_row_stride;
  long j = column;
  for (; j + VW <= end_column; j += VW) {
    vf sum = load(out + j);
#pragma clang loop unroll(full)
    for (int i = 0; i < terms; i++)
      sum = multiply_add(
          broadcast(a[i * p->a_column_stride]), load(b + i * p->b_row_stride + j), sum);
    store(out + j, sum);
  }
  for (; j < end_column; j++)
    for (int i = 0; i < terms; i++)
      out[j] += a[i * p->a_column_stride] * b[i * p->b_row_stride + j];
}

FOVEA_INLINE void run_row_sums(const fovea_matmul_arguments *p, long column, long end_column) {
  for (long i = 0; i < p->rows; i++)
    for (long j = column; j < end_column; j++)
      p->out[i * p->columns + j] = p->bias ? p->bias[j] : 0;
  long k = 0;
  for (; k + ROW_TERMS <= p->inner; k += ROW_TERMS)
    for (long i = 0; i < p->rows; i++) add_rows(p, i, k, column, end_column, ROW_TERMS);
  for (; k < p->inner; k++)
    for (long i = 0; i < p->rows; i++) add_rows(p, i, k, column, end_column, 1);
}

// Packs `steps` steps from `step` of the columns from `column` on into panels, one after another.
FOVEA_INLINE void pack_matmul_block(
    const fovea_matmul_arguments *p, long step, long steps, long column, long end_column,
    float *panels) {
  // Rows of b are read a few at a time through all panels, columns one panel after the other.
  const long few = p->b_column_stride == 1 ? 8 : steps;
  for (long k = 0; k < steps; k += few)
    for (long j = column; j < end_column; j += PANEL_WIDTH) {
      const long width = panel_width(end_column, j);
      pack_panel(
          p->b + (step + k) * p->b_row_stride + j * p->b_column_stride, p->b_row_stride,
          p->b_column_stride, min_of(few, steps - k), min_of(width, end_column - j), width,
          panels + (j - column) * steps + k * width);
    }
}

static void FOVEA_NAME(matmul)(const void *arguments, void *scratch, long task) {
  const fovea_matmul_arguments *p = arguments;
  const matmul_plan plan = fovea_matmul_plan(p, VW);
  const long column = task % plan.column_blocks * plan.block_columns;
  const long end_column = min_of(p->columns, column + plan.block_columns);
  if (plan.method == matmul_row_sums) return run_row_sums(p, column, end_column);
  if (plan.method == matmul_dot_products) {
    long j = column;
    for (; j + DOT_COLUMNS <= end_column; j += DOT_COLUMNS) run_dot_columns(p, j, DOT_COLUMNS);
    for (; j < end_column; j++) run_dot_columns(p, j, 1);
    return;
  }
  const long row = task / plan.column_blocks * plan.block_rows;
  const long rows = min_of(plan.block_rows, p->rows - row);
  long *row_offsets = scratch, *out_offsets = row_offsets + plan.block_rows;
  long *step_offsets = out_offsets + plan.block_rows;
  float *panels = (float *)(step_offsets + matmul_steps);
  for (long i = 0; i < rows; i++) {
    row_offsets[i] = (row + i) * p->a_row_stride;
    out_offsets[i] = (row + i) * p->columns;
  }
  const long passes = divide_up(p->inner, matmul_steps);
  const long pass_steps = divide_up(p->inner, passes);
  for (long k = 0; k < p->inner; k += pass_steps) {
    const long steps = min_of(pass_steps, p->inner - k);
    for (long i = 0; i < steps; i++) step_offsets[i] = (k + i) * p->a_column_stride;
    pack_matmul_block(p, k, steps, column, end_column, panels);
    for (long j = column; j < end_column; j += PANEL_WIDTH) {
      const long width = panel_width(end_column, j);
      run_panel(&(tile_arguments){
          .a = p->a, .row_offsets = row_offsets, .step_offsets = step_offsets, .rows = rows,
          .steps = steps, .panel = panels + (j - column) * steps, .width = width,
          .out = p->out + j, .out_offsets = out_offsets,
          .columns = min_of(width, end_column - j), .bias = p->bias ? p->bias + j : NULL,
          .accumulate = k > 0});
    }
  }
}

static void FOVEA_NAME(batched_matmul)(const void *arguments, void *scratch, long task) {
  const fovea_batched_matmul_arguments *p = arguments;
  const batched_matmul_plan plan = fovea_batched_matmul_plan(p, VW);
  const long first = task / plan.tasks_per_product * plan.products_per_task;
  const long end = min_of(plan.products, first + plan.products_per_task);
  for (long i = first; i < end; i++) {
    fovea_matmul_arguments product = p->product;
    product.out += i * product.rows * product.columns;
    long rest = i;
    for (long axis = p->rank - 1; axis >= 0; axis--) {
      const long index = rest % p->extents[axis];
      rest /= p->extents[axis];
      product.a += index * p->a_strides[axis];
      product.b += index * p->b_strides[axis];
    }
    FOVEA_NAME(matmul)(&product, scratch, task % plan.tasks_per_product);
  }
}
