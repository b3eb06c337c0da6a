// reduce_f32.h: the kernels of fovea_reduce.h.

// Sums of one block of rows, each column for itself: runs of 64 rows in float, the runs in double.
static void FOVEA_NAME(reduce_rows_partial)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_reduce_rows_arguments *a = arguments;
  const long columns = a->columns, each = fovea_reduce_block_rows(columns);
  const long start = task * each, end = start + each < a->rows ? start + each : a->rows;
  double *sums = a->workspace + task * columns;
  for (long column = 0; column < columns; column++) sums[column] = 0;
  for (long run = start; run < end; run += 64) {
    const long stop = run + 64 < end ? run + 64 : end;
    long column = 0;
    for (; column + VW <= columns; column += VW) {
      vf sum = zero();
      for (long row = run; row < stop; row++) sum += load(a->in + row * columns + column);
      for (long lane = 0; lane < VW; lane++) sums[column + lane] += (double)sum[lane];
    }
    for (; column < columns; column++) {
      float sum = 0;
      for (long row = run; row < stop; row++) sum += a->in[row * columns + column];
      sums[column] += (double)sum;
    }
  }
}

static void FOVEA_NAME(reduce_rows_combine)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  (void)task;
  const fovea_reduce_rows_arguments *a = arguments;
  const long blocks = fovea_reduce_blocks(a->rows, a->columns);
  for (long column = 0; column < a->columns; column++) {
    double sum = 0;
    for (long block = 0; block < blocks; block++) sum += a->workspace[block * a->columns + column];
    a->out[column] = (float)(sum * (double)a->scale);
  }
}

static long FOVEA_NAME(product)(const long *extents, long rank) {
  long count = 1;
  for (long axis = 0; axis < rank; axis++) count *= extents[axis];
  return count;
}

// Where element `element` of a dense numbering lies.
static long FOVEA_NAME(offset)(
    long element, const long *extents, const long *strides, long rank) {
  long offset = 0;
  for (long axis = rank - 1; axis >= 0; axis--) {
    offset += element % extents[axis] * strides[axis];
    element /= extents[axis];
  }
  return offset;
}

// Walks the reduced indices of one kept index in runs along the innermost reduced axis.
#define FOVEA_FOR_EACH_RUN(a, base, run, n, stride)                                             \
  const long run_rank = (a)->reduced_rank > 0 ? (a)->reduced_rank - 1 : 0;                      \
  const long n = (a)->reduced_rank > 0 ? (a)->reduced_extents[run_rank] : 1;                    \
  const long stride = (a)->reduced_rank > 0 ? (a)->reduced_strides[run_rank] : 0;               \
  const long runs = FOVEA_NAME(product)((a)->reduced_extents, run_rank);                        \
  for (long index = 0, run = 0; index < runs; index++)                                          \
    if (run = (base) + FOVEA_NAME(offset)(                                                      \
                 index, (a)->reduced_extents, (a)->reduced_strides, run_rank),                  \
        1)

#define FOVEA_FOR_EACH_KEPT(a, task, kept)                                                      \
  const long each = fovea_reduce_kept_per_task(                                                 \
      FOVEA_NAME(product)((a)->reduced_extents, (a)->reduced_rank));                            \
  const long count = FOVEA_NAME(product)((a)->kept_extents, (a)->kept_rank);                    \
  for (long kept = (task) * each; kept < count && kept < ((task) + 1) * each; kept++)

static void FOVEA_NAME(reduce_sum)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_reduce_arguments *a = arguments;
  FOVEA_FOR_EACH_KEPT(a, task, kept) {
    const long base = FOVEA_NAME(offset)(kept, a->kept_extents, a->kept_strides, a->kept_rank);
    double sum = 0;
    FOVEA_FOR_EACH_RUN(a, base, run, n, stride) {
      const float *in = a->in + run;
      for (long i = 0; i < n; i++) sum += (double)in[i * stride];
    }
    a->out[kept] = (float)(sum * (double)a->scale);
  }
}

static void FOVEA_NAME(reduce_max)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_reduce_arguments *a = arguments;
  FOVEA_FOR_EACH_KEPT(a, task, kept) {
    const long base = FOVEA_NAME(offset)(kept, a->kept_extents, a->kept_strides, a->kept_rank);
    float largest = -INFINITY;
    FOVEA_FOR_EACH_RUN(a, base, run, n, stride) {
      const float *in = a->in + run;
      for (long i = 0; i < n; i++) {
        const float x = in[i * stride];
        if (x > largest || x != x) largest = x;
        if (largest != largest) break;
      }
    }
    a->out[kept] = largest;
  }
}

static void FOVEA_NAME(max_gradient)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_reduce_arguments *a = arguments;
  FOVEA_FOR_EACH_KEPT(a, task, kept) {
    const long base = FOVEA_NAME(offset)(kept, a->kept_extents, a->kept_strides, a->kept_rank);
    const float largest = a->largest[kept];
    long ties = 0;
    {
      FOVEA_FOR_EACH_RUN(a, base, run, n, stride) {
        const float *in = a->in + run;
        for (long i = 0; i < n; i++) ties += in[i * stride] == largest;
      }
    }
    const float share = a->gradient[kept] / (float)ties;
    FOVEA_FOR_EACH_RUN(a, base, run, n, stride) {
      const float *in = a->in + run;
      float *out = a->out + run;
      for (long i = 0; i < n; i++) out[i * stride] = in[i * stride] == largest ? share : 0;
    }
  }
}

#undef FOVEA_FOR_EACH_RUN
#undef FOVEA_FOR_EACH_KEPT
