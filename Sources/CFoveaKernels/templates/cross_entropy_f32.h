// cross_entropy_f32.h: the kernels of cross-entropy in fovea_softmax.h.

// Whether a row counts; a label that is no class is reported, the first one of all tasks.
FOVEA_INLINE bool row_counts(const fovea_cross_entropy_arguments *a, long row) {
  if (!a->labels) return true;
  const int32_t label = a->labels[row];
  if (label == a->ignore_index) return false;
  if (label >= 0 && label < a->classes) return true;
  const int32_t number = (int32_t)(row + 1);
  int32_t reported = __atomic_load_n(a->status, __ATOMIC_RELAXED);
  while ((reported == 0 || reported > number)
         && !__atomic_compare_exchange_n(
             a->status, &reported, number, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
  return false;
}

// The probability that the target gives to a class, smoothed.
FOVEA_INLINE double target_of(const fovea_cross_entropy_arguments *a, long row, long class) {
  const double hard = a->labels ? (double)(a->labels[row] == class)
                                : (double)a->targets[row * a->classes + class];
  return hard * (1 - (double)a->smoothing) + (double)a->smoothing / (double)a->classes;
}

// Loss and number of counted rows of one task, into the workspace.
static void FOVEA_NAME(cross_entropy_rows)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_cross_entropy_arguments *a = arguments;
  const long n = a->classes, each = fovea_softmax_rows_per_task(n);
  double loss = 0, count = 0;
  for (long row = task * each; row < a->rows && row < (task + 1) * each; row++) {
    if (!row_counts(a, row)) continue;
    count += 1;
    const float *in = a->logits + row * n;
    const float largest = largest_of(in, n);
    const double logarithm = log(exponential_sum(in, n, largest, NULL));
    if (a->labels && a->smoothing == 0) {
      loss += logarithm - ((double)in[a->labels[row]] - (double)largest);
      continue;
    }
    for (long class = 0; class < n; class++) {
      const double q = target_of(a, row, class);
      // A probability of 0 has no part in the loss, whatever the logit.
      if (q != 0) loss += q * (logarithm - ((double)in[class] - (double)largest));
    }
  }
  a->workspace[2 * task] = loss;
  a->workspace[2 * task + 1] = count;
}

static void FOVEA_NAME(cross_entropy_sum)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  (void)task;
  const fovea_cross_entropy_arguments *a = arguments;
  const long each = fovea_softmax_rows_per_task(a->classes);
  double loss = 0, count = 0;
  for (long part = 0; part < divide_up(a->rows, each); part++) {
    loss += a->workspace[2 * part];
    count += a->workspace[2 * part + 1];
  }
  *a->loss = (float)(a->is_mean ? loss / count : loss);
}

// Number of counted rows of one chunk of rows, into the workspace.
static void FOVEA_NAME(cross_entropy_count)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_cross_entropy_arguments *a = arguments;
  const fovea_range rows = fovea_chunk(task, a->rows);
  long count = 0;
  for (long row = rows.start; row < rows.end; row++) count += row_counts(a, row);
  a->workspace[task] = (double)count;
}

// out = scale * (softmax * sum q - q) for one row.
FOVEA_INLINE void cross_entropy_gradient_row(
    const fovea_cross_entropy_arguments *a, long row, double scale) {
  const long n = a->classes;
  const float *in = a->logits + row * n;
  const float *targets = a->labels ? NULL : a->targets + row * n;
  float *out = a->logits_gradient + row * n;
  const float largest = largest_of(in, n);
  const double sum = exponential_sum(in, n, largest, out);
  const double kept = 1 - (double)a->smoothing, spread = (double)a->smoothing / (double)n;

  double target_sum = 1;
  if (targets) {
    vd sums = {0};
    for (long i = 0; i < n; i += VW)
      sums += __builtin_convertvector(load_part(targets + i, n - i), vd);
    target_sum = kept * total_of_lanes(&sums) + (double)a->smoothing;
  }
  const double factor = scale * target_sum / sum;
  // The label's own class, before the others are scaled in place.
  const long label = a->labels ? a->labels[row] : 0;
  const double own = factor * (double)out[label] - scale * (kept + spread);

  const vf factors = broadcast((float)factor), scales = broadcast((float)(scale * kept));
  const vf spreads = broadcast((float)(scale * spread));
  for (long i = 0; i < n; i += VW) {
    vf gradient = multiply_add(load_part(out + i, n - i), factors, -spreads);
    if (targets) gradient = multiply_add(-load_part(targets + i, n - i), scales, gradient);
    store_part(out + i, gradient, n - i);
  }
  if (a->labels) out[label] = (float)own;

  if (a->targets_gradient) {
    const vf logarithm = broadcast((float)log(sum));
    for (long i = 0; i < n; i += VW) {
      const vf x = load_part(in + i, n - i) - broadcast(largest);
      store_part(a->targets_gradient + row * n + i, scales * (logarithm - x), n - i);
    }
  }
}

static void FOVEA_NAME(cross_entropy_gradient)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_cross_entropy_arguments *a = arguments;
  const long each = fovea_softmax_rows_per_task(a->classes);
  double scale = (double)*a->gradient;
  if (a->is_mean) {
    double count = (double)a->rows;
    if (a->labels) {
      count = 0;
      for (long part = 0; part < fovea_elementwise_tasks(a->rows); part++)
        count += a->workspace[part];
    }
    scale /= count;
  }
  for (long row = task * each; row < a->rows && row < (task + 1) * each; row++) {
    if (row_counts(a, row))
      cross_entropy_gradient_row(a, row, scale);
    else
      memset(a->logits_gradient + row * a->classes, 0, (size_t)a->classes * sizeof(float));
  }
}
