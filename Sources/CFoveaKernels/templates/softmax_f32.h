// softmax_f32.h: the kernels of fovea_softmax.h.

// The largest of n numbers that lie `stride` apart; NaN wins.
FOVEA_INLINE float FOVEA_NAME(largest_of)(const float *in, long n, long stride) {
  float largest = in[0];
  for (long i = 1; i < n; i++) {
    const float x = in[i * stride];
    if (x > largest || x != x) largest = x;
  }
  return largest;
}

// The sum of exp(in - largest).
FOVEA_INLINE double FOVEA_NAME(exponential_sum)(
    const float *in, long n, long stride, float largest) {
  double sum = 0;
  for (long i = 0; i < n; i++) sum += (double)expf(in[i * stride] - largest);
  return sum;
}

// Defines a kernel that writes RESULT for each element x of a row.
#define FOVEA_SOFTMAX(name, RESULT)                                                        \
  static void FOVEA_NAME(name)(const void *arguments, void *scratch, long task) {          \
    (void)scratch;                                                                         \
    const fovea_softmax_arguments *a = arguments;                                          \
    const long each = fovea_softmax_rows_per_task(a->length), rows = a->outer * a->inner;  \
    const long n = a->length, stride = a->inner;                                           \
    for (long row = task * each; row < rows && row < (task + 1) * each; row++) {           \
      const long offset = row / stride * n * stride + row % stride;                        \
      const float *in = a->in + offset;                                                    \
      float *out = a->out + offset;                                                        \
      const float largest = FOVEA_NAME(largest_of)(in, n, stride);                         \
      const double sum = FOVEA_NAME(exponential_sum)(in, n, stride, largest);              \
      const float inverse = (float)(1 / sum), logarithm = (float)log(sum);                 \
      (void)inverse, (void)logarithm;                                                      \
      for (long i = 0; i < n; i++) {                                                       \
        const float x = in[i * stride] - largest;                                          \
        out[i * stride] = RESULT;                                                          \
      }                                                                                    \
    }                                                                                      \
  }

FOVEA_SOFTMAX(softmax, expf(x) * inverse)
FOVEA_SOFTMAX(log_softmax, x - logarithm)

#undef FOVEA_SOFTMAX

// Whether a row counts; a label that is no class is reported.
FOVEA_INLINE bool FOVEA_NAME(row_counts)(const fovea_cross_entropy_arguments *a, long row) {
  if (!a->labels || a->labels[row] == a->ignore_index) return !a->labels;
  if (a->labels[row] >= 0 && a->labels[row] < a->classes) return true;
  __atomic_store_n(a->status, (int32_t)(row + 1), __ATOMIC_RELAXED);
  return false;
}

// The probability that the target gives to a class, smoothed.
FOVEA_INLINE double FOVEA_NAME(target_of)(
    const fovea_cross_entropy_arguments *a, long row, long class) {
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
    if (!FOVEA_NAME(row_counts)(a, row)) continue;
    const float *in = a->logits + row * n;
    const float largest = FOVEA_NAME(largest_of)(in, n, 1);
    const double logarithm = log(FOVEA_NAME(exponential_sum)(in, n, 1, largest));
    for (long class = 0; class < n; class++) {
      const double q = FOVEA_NAME(target_of)(a, row, class);
      // A probability of 0 has no part in the loss, whatever the logit.
      if (q != 0) loss += q * (logarithm - ((double)in[class] - (double)largest));
    }
    count += 1;
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
  for (long part = 0; part < (a->rows + each - 1) / each; part++) {
    loss += a->workspace[2 * part];
    count += a->workspace[2 * part + 1];
  }
  *a->loss = (float)(a->is_mean ? loss / count : loss);
}

static void FOVEA_NAME(cross_entropy_gradient)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_cross_entropy_arguments *a = arguments;
  const long n = a->classes, each = fovea_softmax_rows_per_task(n);
  double scale = (double)*a->gradient;
  if (a->is_mean) {
    long count = a->rows;
    if (a->labels) {
      count = 0;
      for (long row = 0; row < a->rows; row++) count += FOVEA_NAME(row_counts)(a, row);
    }
    scale /= (double)count;
  }
  for (long row = task * each; row < a->rows && row < (task + 1) * each; row++) {
    float *out = a->logits_gradient + row * n;
    if (!FOVEA_NAME(row_counts)(a, row)) {
      memset(out, 0, (size_t)n * sizeof(float));
      continue;
    }
    const float *in = a->logits + row * n;
    const float largest = FOVEA_NAME(largest_of)(in, n, 1);
    const double sum = FOVEA_NAME(exponential_sum)(in, n, 1, largest);
    double target_sum = 0;
    for (long class = 0; class < n; class++) target_sum += FOVEA_NAME(target_of)(a, row, class);
    for (long class = 0; class < n; class++) {
      const double probability = (double)expf(in[class] - largest) / sum;
      const double q = FOVEA_NAME(target_of)(a, row, class);
      out[class] = (float)(scale * (probability * target_sum - q));
    }
    if (a->targets_gradient) {
      const double logarithm = log(sum), share = (double)a->smoothing;
      for (long class = 0; class < n; class++)
        a->targets_gradient[row * n + class] =
            (float)(scale * (1 - share) * (logarithm - ((double)in[class] - (double)largest)));
    }
  }
}
