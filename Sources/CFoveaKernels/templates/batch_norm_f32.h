// batch_norm_f32.h: the kernels of fovea_batch_norm.h. A task is a block of rows, or of channels.

FOVEA_INLINE fovea_range block_rows(long block, long rows, long channels) {
  const long each = fovea_batch_norm_block_rows(channels);
  return (fovea_range){block * each, min_of((block + 1) * each, rows)};
}

// Mean and squared deviations of a block, for the n channels at c.
FOVEA_INLINE void block_statistics(
    const float *in, fovea_range rows, long channels, long c, long n, float *mean, float *square) {
  vf sums[4] = {zero(), zero(), zero(), zero()}, squares[4] = {zero(), zero(), zero(), zero()};
#define FOVEA_TERM(row, sum) (sum)[0] += load_part(in + (row) * channels + c, n)
  FOVEA_FOR_EACH_ROW(rows, sums, FOVEA_TERM);
#undef FOVEA_TERM
  const vf centre = sum_of_four(sums) / broadcast((float)(rows.end - rows.start));
#define FOVEA_TERM(row, sum)                                              \
  do {                                                                    \
    const vf deviation = load_part(in + (row) * channels + c, n) - centre; \
    (sum)[0] = multiply_add(deviation, deviation, (sum)[0]);              \
  } while (0)
  FOVEA_FOR_EACH_ROW(rows, squares, FOVEA_TERM);
#undef FOVEA_TERM
  store_part(mean + c, centre, n);
  store_part(square + c, sum_of_four(squares), n);
}

static void FOVEA_NAME(batch_norm_statistics)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_batch_norm_arguments *a = arguments;
  const long channels = a->channels;
  const fovea_range rows = block_rows(task, a->rows, channels);
  const float *in = a->in;
  float *means = a->workspace + task * 2 * channels, *squares = means + channels;
#define FOVEA_BODY(c, n) block_statistics(in, rows, channels, c, n, means, squares)
  FOVEA_FOR_EACH_CHANNELS(channels, FOVEA_BODY);
#undef FOVEA_BODY
}

// Joins the blocks' statistics in their order, for n channels from `first` on.
FOVEA_INLINE void combine_statistics(const fovea_batch_norm_arguments *a, long first, long n) {
  const long channels = a->channels, blocks = fovea_batch_norm_blocks(a->rows, channels);
  double count = 0, mean[fovea_batch_norm_combined] = {0}, square[fovea_batch_norm_combined] = {0};
  for (long block = 0; block < blocks; block++) {
    const fovea_range rows = block_rows(block, a->rows, channels);
    const double added = (double)(rows.end - rows.start);
    const double share = added / (count + added), weight = count * share;
    const float *part = a->workspace + block * 2 * channels + first;
    for (long i = 0; i < n; i++) {
      const double delta = (double)part[i] - mean[i];
      square[i] += (double)part[channels + i] + delta * delta * weight;
      mean[i] += delta * share;
    }
    count += added;
  }
  const double momentum = (double)a->momentum;
  for (long i = 0; i < n; i++) {
    const long c = first + i;
    a->mean[c] = (float)mean[i];
    a->inverse_deviation[c] = (float)(1 / sqrt(square[i] / count + (double)a->epsilon));
    a->new_running_mean[c] =
        (float)((1 - momentum) * (double)a->running_mean[c] + momentum * mean[i]);
    a->new_running_variance[c] =
        (float)((1 - momentum) * (double)a->running_variance[c]
                + momentum * square[i] / (count - 1));
  }
}

// Calls COMBINE(a, first, n) for the channels of a task.
#define FOVEA_FOR_EACH_COMBINED(a, task, COMBINE)                                             \
  do {                                                                                        \
    const long each = fovea_batch_norm_channels_per_task((a)->rows, (a)->channels);           \
    const long end = min_of(((task) + 1) * each, (a)->channels);                              \
    long first = (task) * each;                                                               \
    for (; first + fovea_batch_norm_combined <= end; first += fovea_batch_norm_combined)      \
      COMBINE(a, first, fovea_batch_norm_combined);                                           \
    if (first < end) COMBINE(a, first, end - first);                                          \
  } while (0)

static void FOVEA_NAME(batch_norm_combine)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_batch_norm_arguments *a = arguments;
  FOVEA_FOR_EACH_COMBINED(a, task, combine_statistics);
}

// out = (in - mean) * scale + bias over a block, with mean, scale and bias [channels].
FOVEA_INLINE void normalise_rows(
    const fovea_batch_norm_arguments *a, fovea_range rows, const float *mean, const float *scale,
    const float *bias) {
  const long channels = a->channels;
  for (long row = rows.start; row < rows.end; row++) {
    const float *x = a->in + row * channels;
    float *y = a->out + row * channels;
#define FOVEA_BODY(c, n)                                                                      \
  store_part(                                                                                 \
      y + (c),                                                                                \
      finish(                                                                                 \
          &a->epilogue,                                                                       \
          multiply_add(                                                                       \
              load_part(x + (c), n) - load_part(mean + (c), n), load_part(scale + (c), n),    \
              load_part(bias + (c), n)),                                                      \
          c, row * channels + (c), n),                                                        \
      n)
    FOVEA_FOR_EACH_CHANNELS(channels, FOVEA_BODY);
#undef FOVEA_BODY
  }
}

// Weight over deviation, and bias, of every channel; `scales` and `biases` are [channels].
FOVEA_INLINE void channel_factors(
    const fovea_batch_norm_arguments *a, const float *inverse_deviation, float *scales,
    float *biases) {
  for (long c = 0; c < a->channels; c++) {
    scales[c] = inverse_deviation[c] * (a->weight ? a->weight[c] : 1);
    biases[c] = a->bias ? a->bias[c] : 0;
  }
}

static void FOVEA_NAME(batch_norm_normalise)(const void *arguments, void *scratch, long task) {
  const fovea_batch_norm_arguments *a = arguments;
  float *scales = scratch, *biases = scales + a->channels;
  channel_factors(a, a->inverse_deviation, scales, biases);
  normalise_rows(a, block_rows(task, a->rows, a->channels), a->mean, scales, biases);
}

static void FOVEA_NAME(batch_norm_inference)(const void *arguments, void *scratch, long task) {
  const fovea_batch_norm_arguments *a = arguments;
  float *scales = scratch, *biases = scales + a->channels;
  float *inverse_deviation = biases + a->channels;
#define FOVEA_BODY(c, n)                                                                      \
  store_part(                                                                                 \
      inverse_deviation + (c),                                                                \
      broadcast(1)                                                                            \
          / __builtin_elementwise_sqrt(                                                       \
              load_part(a->running_variance + (c), n) + broadcast(a->epsilon)),               \
      n)
  FOVEA_FOR_EACH_CHANNELS(a->channels, FOVEA_BODY);
#undef FOVEA_BODY
  channel_factors(a, inverse_deviation, scales, biases);
  normalise_rows(a, block_rows(task, a->rows, a->channels), a->running_mean, scales, biases);
}

static void FOVEA_NAME(batch_norm_fold)(const void *arguments, void *scratch, long task) {
  (void)scratch, (void)task;
  const fovea_batch_norm_fold_arguments *a = arguments;
  for (long c = 0; c < a->channels; c++) {
    const double deviation = sqrt((double)a->running_variance[c] + (double)a->epsilon);
    const double scale = (a->weight ? (double)a->weight[c] : 1) / deviation;
    const double from = (a->convolution_bias ? (double)a->convolution_bias[c] : 0);
    a->scale[c] = (float)scale;
    a->shift[c] = (float)(
        (a->bias ? (double)a->bias[c] : 0) + (from - (double)a->running_mean[c]) * scale);
  }
}

// Sums of g and of g * h over a block, for the n channels at c.
FOVEA_INLINE void block_gradient_sums(
    const fovea_batch_norm_gradient_arguments *a, fovea_range rows, long c, long n, float *sum,
    float *product) {
  const long channels = a->channels;
  const float *in = a->in, *out_gradient = a->out_gradient;
  const vf mean = load_part(a->mean + c, n);
  vf sums[8] = {zero(), zero(), zero(), zero(), zero(), zero(), zero(), zero()};
#define FOVEA_TERM(row, sum)                                                   \
  do {                                                                         \
    const vf g = load_part(out_gradient + (row) * channels + c, n);            \
    const vf deviation = load_part(in + (row) * channels + c, n) - mean;       \
    (sum)[0] += g;                                                             \
    (sum)[4] = multiply_add(deviation, g, (sum)[4]);                           \
  } while (0)
  FOVEA_FOR_EACH_ROW(rows, sums, FOVEA_TERM);
#undef FOVEA_TERM
  store_part(sum + c, sum_of_four(sums), n);
  store_part(product + c, sum_of_four(sums + 4) * load_part(a->inverse_deviation + c, n), n);
}

static void FOVEA_NAME(batch_norm_gradient_sums)(
    const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_batch_norm_gradient_arguments *a = arguments;
  const long channels = a->channels;
  const fovea_range rows = block_rows(task, a->rows, channels);
  float *sums = a->workspace + task * 2 * channels, *products = sums + channels;
#define FOVEA_BODY(c, n) block_gradient_sums(a, rows, c, n, sums, products)
  FOVEA_FOR_EACH_CHANNELS(channels, FOVEA_BODY);
#undef FOVEA_BODY
}

FOVEA_INLINE void combine_gradient_sums(
    const fovea_batch_norm_gradient_arguments *a, long first, long n) {
  const long channels = a->channels, blocks = fovea_batch_norm_blocks(a->rows, channels);
  double sum[fovea_batch_norm_combined] = {0}, product[fovea_batch_norm_combined] = {0};
  for (long block = 0; block < blocks; block++) {
    const float *part = a->workspace + block * 2 * channels + first;
    for (long i = 0; i < n; i++) {
      sum[i] += (double)part[i];
      product[i] += (double)part[channels + i];
    }
  }
  // What the last step takes from each element: g's mean, and h times the mean of g h.
  float *mean_gradient = a->workspace + blocks * 2 * channels;
  float *mean_product = mean_gradient + channels;
  const double rows = (double)a->rows;
  for (long i = 0; i < n; i++) {
    const long c = first + i;
    if (a->bias_gradient) a->bias_gradient[c] = (float)sum[i];
    if (a->weight_gradient) a->weight_gradient[c] = (float)product[i];
    mean_gradient[c] = (float)(sum[i] / rows);
    mean_product[c] = (float)(product[i] / rows * (double)a->inverse_deviation[c]);
  }
}

static void FOVEA_NAME(batch_norm_gradient_combine)(
    const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_batch_norm_gradient_arguments *a = arguments;
  FOVEA_FOR_EACH_COMBINED(a, task, combine_gradient_sums);
}

static void FOVEA_NAME(batch_norm_gradient_apply)(
    const void *arguments, void *scratch, long task) {
  const fovea_batch_norm_gradient_arguments *a = arguments;
  const long channels = a->channels, blocks = fovea_batch_norm_blocks(a->rows, channels);
  const fovea_range rows = block_rows(task, a->rows, channels);
  const float *mean = a->mean, *mean_gradient = a->workspace + blocks * 2 * channels;
  const float *mean_product = mean_gradient + channels;
  float *scales = scratch;
  for (long c = 0; c < channels; c++)
    scales[c] = a->inverse_deviation[c] * (a->weight ? a->weight[c] : 1);
  for (long row = rows.start; row < rows.end; row++) {
    const float *x = a->in + row * channels, *g = a->out_gradient + row * channels;
    float *out = a->in_gradient + row * channels;
#define FOVEA_BODY(c, n)                                                                    \
  do {                                                                                      \
    const vf deviation = load_part(x + (c), n) - load_part(mean + (c), n);                  \
    const vf centred = load_part(g + (c), n) - load_part(mean_gradient + (c), n);           \
    const vf rest = multiply_add(-deviation, load_part(mean_product + (c), n), centred);    \
    const vf result = rest * load_part(scales + (c), n);                                    \
    store_part(out + (c), finish(&a->epilogue, result, c, row * channels + (c), n), n);     \
  } while (0)
    FOVEA_FOR_EACH_CHANNELS(channels, FOVEA_BODY);
#undef FOVEA_BODY
  }
}

#undef FOVEA_FOR_EACH_COMBINED
