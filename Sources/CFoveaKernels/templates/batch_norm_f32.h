// batch_norm_f32.h: the kernels of fovea_batch_norm.h. A task is a block of rows.

typedef struct {
  long start, end;
} FOVEA_NAME(row_range);

FOVEA_INLINE FOVEA_NAME(row_range) FOVEA_NAME(block_rows)(long task, long rows, long channels) {
  const long each = fovea_batch_norm_block_rows(channels);
  const long start = task * each;
  return (FOVEA_NAME(row_range)){start, start + each < rows ? start + each : rows};
}

// Four sums at a time: one alone would wait for its own last addition.
#define FOVEA_SUM_ROWS(sum, rows, TERM)                                        \
  do {                                                                         \
    vf sum0 = zero(), sum1 = zero(), sum2 = zero(), sum3 = zero();             \
    long row = (rows).start;                                                   \
    for (; row + 4 <= (rows).end; row += 4) {                                  \
      sum0 = TERM(row, sum0);                                                  \
      sum1 = TERM(row + 1, sum1);                                              \
      sum2 = TERM(row + 2, sum2);                                              \
      sum3 = TERM(row + 3, sum3);                                              \
    }                                                                          \
    for (; row < (rows).end; row++) sum0 = TERM(row, sum0);                    \
    sum = (sum0 + sum1) + (sum2 + sum3);                                       \
  } while (0)

// Mean and squared deviations of a block, for each channel, into the block's part of the workspace.
static void FOVEA_NAME(batch_norm_statistics)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_batch_norm_arguments *a = arguments;
  const long channels = a->channels;
  const FOVEA_NAME(row_range) rows = FOVEA_NAME(block_rows)(task, a->rows, channels);
  const float *in = a->in;
  const float count = (float)(rows.end - rows.start);
  float *means = a->workspace + task * 2 * channels, *squares = means + channels;
  long c = 0;
  for (; c + VW <= channels; c += VW) {
    vf mean, square;
#define FOVEA_TERM(row, sum) (sum) + load(in + (row) * channels + c)
    FOVEA_SUM_ROWS(mean, rows, FOVEA_TERM);
#undef FOVEA_TERM
    mean /= broadcast(count);
#define FOVEA_TERM(row, sum)                                    \
  multiply_add(                                                 \
      load(in + (row) * channels + c) - mean, load(in + (row) * channels + c) - mean, sum)
    FOVEA_SUM_ROWS(square, rows, FOVEA_TERM);
#undef FOVEA_TERM
    store(means + c, mean);
    store(squares + c, square);
  }
  for (; c < channels; c++) {
    float mean = 0, square = 0;
    for (long row = rows.start; row < rows.end; row++) mean += in[row * channels + c];
    mean /= count;
    for (long row = rows.start; row < rows.end; row++) {
      const float deviation = in[row * channels + c] - mean;
      square += deviation * deviation;
    }
    means[c] = mean;
    squares[c] = square;
  }
}

// Joins the blocks' statistics in their order.
static void FOVEA_NAME(batch_norm_combine)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  (void)task;
  const fovea_batch_norm_arguments *a = arguments;
  const long channels = a->channels, blocks = fovea_batch_norm_blocks(a->rows, channels);
  for (long c = 0; c < channels; c++) {
    double count = 0, mean = 0, square = 0;
    for (long block = 0; block < blocks; block++) {
      const FOVEA_NAME(row_range) rows = FOVEA_NAME(block_rows)(block, a->rows, channels);
      const double added = (double)(rows.end - rows.start);
      const float *part = a->workspace + block * 2 * channels;
      const double delta = (double)part[c] - mean;
      square += (double)part[channels + c] + delta * delta * count * added / (count + added);
      mean += delta * added / (count + added);
      count += added;
    }
    const double variance = square / count;
    a->mean[c] = (float)mean;
    a->inverse_deviation[c] = (float)(1 / sqrt(variance + (double)a->epsilon));
    const double kept = 1 - (double)a->momentum;
    a->new_running_mean[c] =
        (float)(kept * (double)a->running_mean[c] + (double)a->momentum * mean);
    a->new_running_variance[c] =
        (float)(kept * (double)a->running_variance[c]
                + (double)a->momentum * square / (count - 1));
  }
}

// out = (in - mean) * scale + bias over a block, with mean and scale [channels].
FOVEA_INLINE void FOVEA_NAME(normalise_rows)(
    FOVEA_NAME(row_range) rows, long channels, const float *in, const float *mean,
    const float *scale, const float *bias, float *out) {
  for (long row = rows.start; row < rows.end; row++) {
    const float *x = in + row * channels;
    float *y = out + row * channels;
    long c = 0;
    for (; c + VW <= channels; c += VW)
      store(y + c, multiply_add(load(x + c) - load(mean + c), load(scale + c), load(bias + c)));
    for (; c < channels; c++) y[c] = (x[c] - mean[c]) * scale[c] + bias[c];
  }
}

// Weight over deviation, and bias, of every channel; `scales` and `biases` are [channels].
FOVEA_INLINE void FOVEA_NAME(channel_factors)(
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
  FOVEA_NAME(channel_factors)(a, a->inverse_deviation, scales, biases);
  FOVEA_NAME(normalise_rows)(
      FOVEA_NAME(block_rows)(task, a->rows, a->channels), a->channels, a->in, a->mean, scales,
      biases, a->out);
}

static void FOVEA_NAME(batch_norm_inference)(const void *arguments, void *scratch, long task) {
  const fovea_batch_norm_arguments *a = arguments;
  float *scales = scratch, *biases = scales + a->channels;
  float *inverse_deviation = biases + a->channels;
  for (long c = 0; c < a->channels; c++)
    inverse_deviation[c] = 1 / sqrtf(a->running_variance[c] + a->epsilon);
  FOVEA_NAME(channel_factors)(a, inverse_deviation, scales, biases);
  FOVEA_NAME(normalise_rows)(
      FOVEA_NAME(block_rows)(task, a->rows, a->channels), a->channels, a->in, a->running_mean,
      scales, biases, a->out);
}

// Sums of g and of g * h over a block, for each channel.
static void FOVEA_NAME(batch_norm_gradient_sums)(
    const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_batch_norm_gradient_arguments *a = arguments;
  const long channels = a->channels;
  const FOVEA_NAME(row_range) rows = FOVEA_NAME(block_rows)(task, a->rows, channels);
  const float *in = a->in, *g = a->out_gradient;
  float *sums = a->workspace + task * 2 * channels, *products = sums + channels;
  long c = 0;
  for (; c + VW <= channels; c += VW) {
    const vf mean = load(a->mean + c);
    vf sum, product;
#define FOVEA_TERM(row, sum) (sum) + load(g + (row) * channels + c)
    FOVEA_SUM_ROWS(sum, rows, FOVEA_TERM);
#undef FOVEA_TERM
#define FOVEA_TERM(row, sum) \
  multiply_add(load(in + (row) * channels + c) - mean, load(g + (row) * channels + c), sum)
    FOVEA_SUM_ROWS(product, rows, FOVEA_TERM);
#undef FOVEA_TERM
    store(sums + c, sum);
    store(products + c, product * load(a->inverse_deviation + c));
  }
  for (; c < channels; c++) {
    float sum = 0, product = 0;
    for (long row = rows.start; row < rows.end; row++) {
      sum += g[row * channels + c];
      product += (in[row * channels + c] - a->mean[c]) * g[row * channels + c];
    }
    sums[c] = sum;
    products[c] = product * a->inverse_deviation[c];
  }
}

static void FOVEA_NAME(batch_norm_gradient_combine)(
    const void *arguments, void *scratch, long task) {
  (void)scratch;
  (void)task;
  const fovea_batch_norm_gradient_arguments *a = arguments;
  const long channels = a->channels, blocks = fovea_batch_norm_blocks(a->rows, channels);
  // What the last step takes from each element: g's mean, and h times the mean of g h.
  float *mean_gradient = a->workspace + blocks * 2 * channels;
  float *mean_product = mean_gradient + channels;
  for (long c = 0; c < channels; c++) {
    double sum = 0, product = 0;
    for (long block = 0; block < blocks; block++) {
      sum += (double)a->workspace[block * 2 * channels + c];
      product += (double)a->workspace[(block * 2 + 1) * channels + c];
    }
    a->bias_gradient[c] = (float)sum;
    a->weight_gradient[c] = (float)product;
    mean_gradient[c] = (float)(sum / (double)a->rows);
    mean_product[c] =
        (float)(product / (double)a->rows * (double)a->inverse_deviation[c]);
  }
}

static void FOVEA_NAME(batch_norm_gradient_apply)(
    const void *arguments, void *scratch, long task) {
  const fovea_batch_norm_gradient_arguments *a = arguments;
  const long channels = a->channels, blocks = fovea_batch_norm_blocks(a->rows, channels);
  const FOVEA_NAME(row_range) rows = FOVEA_NAME(block_rows)(task, a->rows, channels);
  const float *mean_gradient = a->workspace + blocks * 2 * channels;
  const float *mean_product = mean_gradient + channels;
  float *scales = scratch;
  for (long c = 0; c < channels; c++)
    scales[c] = a->inverse_deviation[c] * (a->weight ? a->weight[c] : 1);
  for (long row = rows.start; row < rows.end; row++) {
    const float *x = a->in + row * channels, *g = a->out_gradient + row * channels;
    float *out = a->in_gradient + row * channels;
    long c = 0;
    for (; c + VW <= channels; c += VW) {
      const vf deviation = load(x + c) - load(a->mean + c);
      const vf centred = load(g + c) - load(mean_gradient + c);
      const vf rest = multiply_add(-deviation, load(mean_product + c), centred);
      store(out + c, rest * load(scales + c));
    }
    for (; c < channels; c++)
      out[c] = (g[c] - mean_gradient[c] - (x[c] - a->mean[c]) * mean_product[c]) * scales[c];
  }
}

#undef FOVEA_SUM_ROWS
