// group_norm_f32.h: the kernels of fovea_group_norm.h. A task is a block of an image's rows, an image, or,
// where images are single rows, some of those.

// MARK: Images of a single row

// The sum of squared distances of n contiguous numbers from `centre`.
FOVEA_INLINE double squared_deviations(const float *in, long n, float centre) {
  vd sums = {0};
  for (long start = 0; start < n; start += 64 * VW) {
    const long end = min_of(start + 64 * VW, n);
    vf sum = zero();
    for (long i = start; i < end; i += VW) {
      const vf deviation = load_part_or(in + i, n - i, centre) - broadcast(centre);
      sum = multiply_add(deviation, deviation, sum);
    }
    sums += __builtin_convertvector(sum, vd);
  }
  return total_of_lanes(&sums);
}

static void FOVEA_NAME(group_norm_rows)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_group_norm_arguments *a = arguments;
  const long channels = a->channels, each = fovea_group_norm_images_per_task(channels);
  const long end = min_of((task + 1) * each, a->images);
  for (long image = task * each; image < end; image++) {
    const float *in = a->in + image * channels;
    float *out = a->out + image * channels;
    vd sums = {0};
    sum_along(in, channels, &sums);
    const float mean = (float)(total_of_lanes(&sums) / (double)channels);
    const double variance = squared_deviations(in, channels, mean) / (double)channels;
    const float inverse_deviation = (float)(1 / sqrt(variance + (double)a->epsilon));
    a->mean[image] = mean;
    a->inverse_deviation[image] = inverse_deviation;
#define FOVEA_BODY(c, n)                                                                  \
  do {                                                                                    \
    const vf deviation = load_part(in + (c), n) - broadcast(mean);                        \
    vf result = deviation * broadcast(inverse_deviation);                                 \
    if (a->weight) result *= load_part(a->weight + (c), n);                               \
    if (a->bias) result += load_part(a->bias + (c), n);                                   \
    store_part(out + (c), result, n);                                                     \
  } while (0)
    FOVEA_FOR_EACH_CHANNELS(channels, FOVEA_BODY);
#undef FOVEA_BODY
  }
}

// The sums of g and of g * h over a row, where h is what the row was normalised to.
typedef struct {
  double sum, product;
} group_norm_sums;

FOVEA_INLINE group_norm_sums row_gradient_sums(
    const float *in, const float *out_gradient, const float *weight, long channels, float mean) {
  vd sums = {0}, products = {0};
  for (long start = 0; start < channels; start += 64 * VW) {
    const long end = min_of(start + 64 * VW, channels);
    vf sum = zero(), product = zero();
    for (long c = start; c < end; c += VW) {
      const long n = channels - c;
      vf g = load_part(out_gradient + c, n);
      if (weight) g *= load_part(weight + c, n);
      sum += g;
      product = multiply_add(g, load_part(in + c, n) - broadcast(mean), product);
    }
    sums += __builtin_convertvector(sum, vd);
    products += __builtin_convertvector(product, vd);
  }
  return (group_norm_sums){total_of_lanes(&sums), total_of_lanes(&products)};
}

static void FOVEA_NAME(group_norm_rows_gradient)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_group_norm_gradient_arguments *a = arguments;
  const long channels = a->channels;
  const bool has_parameters = a->weight_gradient || a->bias_gradient;
  const long each = has_parameters ? fovea_group_norm_summed_images(channels)
                                   : fovea_group_norm_images_per_task(channels);
  const long end = min_of((task + 1) * each, a->images);
  float *sums = a->workspace + task * 2 * channels, *products = sums + channels;
  if (has_parameters) memset(sums, 0, 2 * (size_t)channels * sizeof(float));
  for (long image = task * each; image < end; image++) {
    const float *in = a->in + image * channels, *gradient = a->out_gradient + image * channels;
    float *out = a->in_gradient + image * channels;
    const float mean = a->mean[image], inverse_deviation = a->inverse_deviation[image];
    const group_norm_sums total = row_gradient_sums(in, gradient, a->weight, channels, mean);
    const double scale = (double)inverse_deviation / (double)channels;
    const vf mean_gradient = broadcast((float)(total.sum / (double)channels));
    const vf mean_product = broadcast((float)(total.product * scale));
#define FOVEA_BODY(c, n)                                                                  \
  do {                                                                                    \
    const vf deviation = load_part(in + (c), n) - broadcast(mean);                        \
    const vf h = deviation * broadcast(inverse_deviation);                                \
    const vf upstream = load_part(gradient + (c), n);                                     \
    if (has_parameters) {                                                                 \
      store_part(sums + (c), load_part(sums + (c), n) + upstream, n);                     \
      store_part(                                                                         \
          products + (c), multiply_add(h, upstream, load_part(products + (c), n)), n);    \
    }                                                                                     \
    const vf g = a->weight ? upstream * load_part(a->weight + (c), n) : upstream;         \
    const vf rest = multiply_add(-h, mean_product, g - mean_gradient);                    \
    store_part(out + (c), rest * broadcast(inverse_deviation), n);                        \
  } while (0)
    FOVEA_FOR_EACH_CHANNELS(channels, FOVEA_BODY);
#undef FOVEA_BODY
  }
}

// MARK: Images of several rows, or groups

// A block of rows of one image.
typedef struct {
  long image;
  fovea_range rows;
} image_block;

FOVEA_INLINE image_block image_block_of(long task, long rows, long channels) {
  const long blocks = fovea_batch_norm_blocks(rows, channels);
  return (image_block){task / blocks, block_rows(task % blocks, rows, channels)};
}

static void FOVEA_NAME(group_norm_statistics)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_group_norm_arguments *a = arguments;
  const long channels = a->channels;
  const image_block block = image_block_of(task, a->rows, channels);
  const float *in = a->in + block.image * a->rows * channels;
  float *means = a->workspace + task * 2 * channels, *squares = means + channels;
#define FOVEA_BODY(c, n) block_statistics(in, block.rows, channels, c, n, means, squares)
  FOVEA_FOR_EACH_CHANNELS(channels, FOVEA_BODY);
#undef FOVEA_BODY
}

// Joins the blocks of an image for each channel, then the channels of each group.
static void FOVEA_NAME(group_norm_combine)(const void *arguments, void *scratch, long task) {
  const fovea_group_norm_arguments *a = arguments;
  const long channels = a->channels, blocks = fovea_batch_norm_blocks(a->rows, channels);
  double *mean = scratch, *square = mean + channels;
  memset(scratch, 0, 2 * (size_t)channels * sizeof(double));
  double count = 0;
  for (long block = 0; block < blocks; block++) {
    const fovea_range rows = block_rows(block, a->rows, channels);
    const double added = (double)(rows.end - rows.start);
    const double share = added / (count + added), weight = count * share;
    const float *part = a->workspace + (task * blocks + block) * 2 * channels;
    for (long c = 0; c < channels; c++) {
      const double delta = (double)part[c] - mean[c];
      square[c] += (double)part[channels + c] + delta * delta * weight;
      mean[c] += delta * share;
    }
    count += added;
  }
  const long each = channels / a->groups;
  for (long group = 0; group < a->groups; group++) {
    const double *means = mean + group * each, *squares = square + group * each;
    double centre = 0, total = 0;
    for (long c = 0; c < each; c++) centre += means[c] / (double)each;
    for (long c = 0; c < each; c++)
      total += squares[c] + count * (means[c] - centre) * (means[c] - centre);
    const double variance = total / (count * (double)each);
    a->mean[task * a->groups + group] = (float)centre;
    a->inverse_deviation[task * a->groups + group] =
        (float)(1 / sqrt(variance + (double)a->epsilon));
  }
}

// The numbers of an image's groups, once for each channel.
FOVEA_INLINE void spread_over_channels(const float *of_groups, long groups, long channels, float *out) {
  const long each = channels / groups;
  for (long group = 0; group < groups; group++)
    for (long c = 0; c < each; c++) out[group * each + c] = of_groups[group];
}

static void FOVEA_NAME(group_norm_normalise)(const void *arguments, void *scratch, long task) {
  const fovea_group_norm_arguments *a = arguments;
  const long channels = a->channels, groups = a->groups;
  const image_block block = image_block_of(task, a->rows, channels);
  const long start = block.image * a->rows * channels;
  const fovea_batch_norm_arguments image = {
      .channels = channels, .in = a->in + start, .out = a->out + start, .weight = a->weight,
      .bias = a->bias};
  float *means = scratch, *deviations = means + channels;
  float *scales = deviations + channels, *biases = scales + channels;
  spread_over_channels(a->mean + block.image * groups, groups, channels, means);
  spread_over_channels(a->inverse_deviation + block.image * groups, groups, channels, deviations);
  channel_factors(&image, deviations, scales, biases);
  normalise_rows(&image, block.rows, means, scales, biases);
}

static void FOVEA_NAME(group_norm_gradient_sums)(const void *arguments, void *scratch, long task) {
  const fovea_group_norm_gradient_arguments *a = arguments;
  const long channels = a->channels, groups = a->groups;
  const image_block block = image_block_of(task, a->rows, channels);
  const long start = block.image * a->rows * channels;
  float *means = scratch, *deviations = means + channels;
  spread_over_channels(a->mean + block.image * groups, groups, channels, means);
  spread_over_channels(a->inverse_deviation + block.image * groups, groups, channels, deviations);
  const fovea_batch_norm_gradient_arguments image = {
      .channels = channels, .in = a->in + start, .out_gradient = a->out_gradient + start,
      .mean = means, .inverse_deviation = deviations};
  float *sums = a->workspace + task * 2 * channels, *products = sums + channels;
#define FOVEA_BODY(c, n) block_gradient_sums(&image, block.rows, c, n, sums, products)
  FOVEA_FOR_EACH_CHANNELS(channels, FOVEA_BODY);
#undef FOVEA_BODY
}

// Where the means of g and of g * h lie, two for each group of each image.
FOVEA_INLINE float *group_gradient_means(const fovea_group_norm_gradient_arguments *a) {
  return a->workspace
         + fovea_group_norm_parts(a->images, a->rows, a->channels, a->groups) * 2 * a->channels;
}

static void FOVEA_NAME(group_norm_gradient_combine)(
    const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_group_norm_gradient_arguments *a = arguments;
  const long channels = a->channels, each = channels / a->groups;
  const long blocks = fovea_batch_norm_blocks(a->rows, channels);
  const double count = (double)a->rows * (double)each;
  float *means = group_gradient_means(a) + task * 2 * a->groups;
  for (long group = 0; group < a->groups; group++) {
    double sum = 0, product = 0;
    for (long block = 0; block < blocks; block++) {
      const float *part = a->workspace + (task * blocks + block) * 2 * channels;
      for (long c = group * each; c < (group + 1) * each; c++) {
        const double weight = a->weight ? (double)a->weight[c] : 1;
        sum += weight * (double)part[c];
        product += weight * (double)part[channels + c];
      }
    }
    means[group] = (float)(sum / count);
    means[a->groups + group] = (float)(product / count);
  }
}

static void FOVEA_NAME(group_norm_gradient_apply)(
    const void *arguments, void *scratch, long task) {
  const fovea_group_norm_gradient_arguments *a = arguments;
  const long channels = a->channels, groups = a->groups, each = channels / groups;
  const image_block block = image_block_of(task, a->rows, channels);
  const float *gradient_means = group_gradient_means(a) + block.image * 2 * groups;
  // in_gradient = out_gradient * scale - (in - mean) * slope - rest, for each channel.
  float *means = scratch, *scales = means + channels;
  float *slopes = scales + channels, *rests = slopes + channels;
  for (long c = 0; c < channels; c++) {
    const long group = c / each;
    const float inverse_deviation = a->inverse_deviation[block.image * groups + group];
    means[c] = a->mean[block.image * groups + group];
    scales[c] = inverse_deviation * (a->weight ? a->weight[c] : 1);
    slopes[c] = inverse_deviation * inverse_deviation * gradient_means[groups + group];
    rests[c] = inverse_deviation * gradient_means[group];
  }
  for (long row = block.rows.start; row < block.rows.end; row++) {
    const long at = (block.image * a->rows + row) * channels;
    const float *in = a->in + at, *gradient = a->out_gradient + at;
    float *out = a->in_gradient + at;
#define FOVEA_BODY(c, n)                                                                     \
  do {                                                                                       \
    const vf deviation = load_part(in + (c), n) - load_part(means + (c), n);                 \
    const vf scaled = multiply_add(                                                          \
        load_part(gradient + (c), n), load_part(scales + (c), n), -load_part(rests + (c), n)); \
    store_part(out + (c), multiply_add(-deviation, load_part(slopes + (c), n), scaled), n);  \
  } while (0)
    FOVEA_FOR_EACH_CHANNELS(channels, FOVEA_BODY);
#undef FOVEA_BODY
  }
}

// MARK: Gradients of weight and bias

static void FOVEA_NAME(group_norm_gradient_parameters)(
    const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_group_norm_gradient_arguments *a = arguments;
  const long channels = a->channels, first = task * fovea_group_norm_joined;
  const long n = min_of(fovea_group_norm_joined, channels - first);
  const long parts = fovea_group_norm_parts(a->images, a->rows, channels, a->groups);
  double sum[fovea_group_norm_joined] = {0}, product[fovea_group_norm_joined] = {0};
  for (long index = 0; index < parts; index++) {
    const float *part = a->workspace + index * 2 * channels + first;
    for (long i = 0; i < n; i++) {
      sum[i] += (double)part[i];
      product[i] += (double)part[channels + i];
    }
  }
  for (long i = 0; i < n; i++) {
    if (a->bias_gradient) a->bias_gradient[first + i] = (float)sum[i];
    if (a->weight_gradient) a->weight_gradient[first + i] = (float)product[i];
  }
}
