// take_f32.h: fovea_take.h.

// The row that index i names, or -1 for none, which is reported: the first one of all tasks.
FOVEA_INLINE long named_row(const fovea_embedding_arguments *a, long i) {
  const int32_t row = a->indices[i];
  if (row >= 0 && row < a->rows) return row;
  const int32_t number = (int32_t)min_of(i, INT32_MAX - 1) + 1;
  int32_t reported = __atomic_load_n(a->status, __ATOMIC_RELAXED);
  while ((reported == 0 || reported > number)
         && !__atomic_compare_exchange_n(
             a->status, &reported, number, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
  return -1;
}

static void FOVEA_NAME(embedding)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_embedding_arguments *a = arguments;
  const long each = embedding_rows_per_task(a);
  const size_t bytes = (size_t)a->width * sizeof(float);
  for (long i = task * each; i < min_of(a->count, (task + 1) * each); i++) {
    const long row = named_row(a, i);
    if (row < 0)
      memset(a->out + i * a->width, 0, bytes);
    else
      memcpy(a->out + i * a->width, a->in + row * a->width, bytes);
  }
}

static void FOVEA_NAME(embedding_gradient)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_embedding_arguments *a = arguments;
  const long column = task * embedding_columns;
  const long columns = min_of(embedding_columns, a->width - column);
  for (long row = 0; row < a->rows; row++)
    memset(a->out + row * a->width + column, 0, (size_t)columns * sizeof(float));
  for (long i = 0; i < a->count; i++) {
    const long row = named_row(a, i);
    if (row < 0 || row == a->padding) continue;
    const float *gradient = a->in + i * a->width + column;
    float *sum = a->out + row * a->width + column;
    for (long k = 0; k < columns; k++) sum[k] += gradient[k];
  }
}

static void FOVEA_NAME(sum_of_places)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_sum_of_places_arguments *a = arguments;
  const fovea_range range = fovea_chunk(task, a->outer * a->result);
  for (long i = range.start; i < range.end; i++) {
    const float *in = a->in + i / a->result * a->source;
    const int32_t *starts = a->starts + i % a->result;
    float sum = 0;
    for (long j = starts[0]; j < starts[1]; j++) sum += in[a->places[j]];
    a->out[i] = sum;
  }
}
