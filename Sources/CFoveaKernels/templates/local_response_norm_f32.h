// local_response_norm_f32.h: the kernels of fovea_local_response_norm.h. A task is some pixels.

// The sum of `size` neighbours of each of the n terms at c, of which the first is at terms + c.
FOVEA_INLINE vf neighbour_sum(const float *terms, long c, long size, long n) {
  vf sum = zero();
  for (long d = 0; d < size; d++) sum += load_part(terms + c + d, n);
  return sum;
}

// The bases of a pixel's channels; `terms` has channels + size floats, the outer ones 0.
FOVEA_INLINE void response_bases(
    const fovea_local_response_norm_arguments *a, const float *in, float *terms, float *bases) {
  const vf scale = broadcast(a->alpha / (float)a->size), k = broadcast(a->k);
  const long channels = a->channels, size = a->size, before = size / 2;
  for (long c = 0; c < channels; c += VW) {
    const vf x = load_part(in + c, channels - c);
    store_part(terms + before + c, x * x, channels - c);
  }
#define FOVEA_BODY(c, n) \
  store_part(bases + (c), multiply_add(scale, neighbour_sum(terms, c, size, n), k), n)
  FOVEA_FOR_EACH_CHANNELS(channels, FOVEA_BODY);
#undef FOVEA_BODY
}

FOVEA_INLINE void local_response_norm_task(
    const fovea_local_response_norm_arguments *a, float *scratch, long task, bool is_gradient) {
  const long channels = a->channels, size = a->size, after = (size - 1) / 2;
  float *terms = scratch, *bases = terms + channels + size;
  memset(terms, 0, (size_t)(channels + size) * sizeof(float));
  const vf exponent = broadcast(-a->beta);
  const vf factor = broadcast(-2 * a->alpha * a->beta / (float)size);
  const long each = fovea_local_response_norm_pixels_per_task(channels);
  const long end = min_of((task + 1) * each, a->pixels);
  for (long pixel = task * each; pixel < end; pixel++) {
    const float *in = a->in + pixel * channels;
    float *out = a->out + pixel * channels;
    response_bases(a, in, terms, bases);
    if (!is_gradient) {
#define FOVEA_BODY(c, n)                                                                  \
  store_part(                                                                             \
      out + (c),                                                                          \
      load_part(in + (c), n)                                                              \
          * exponential_of(exponent * logarithm_of(load_part(bases + (c), n))),           \
      n)
      FOVEA_FOR_EACH_CHANNELS(channels, FOVEA_BODY);
#undef FOVEA_BODY
      continue;
    }
    const float *gradient = a->gradient + pixel * channels;
    // Seen from the neighbour, the window is the other way round.
    memset(terms, 0, (size_t)(channels + size) * sizeof(float));
#define FOVEA_BODY(c, n)                                                                  \
  do {                                                                                    \
    const vf base = load_part(bases + (c), n);                                            \
    const vf direct = load_part(gradient + (c), n) * exponential_of(exponent * logarithm_of(base)); \
    store_part(out + (c), direct, n);                                                     \
    const vf term = load_part(in + (c), n) * direct / base;                               \
    store_part(terms + after + (c), term, n);                                             \
  } while (0)
    FOVEA_FOR_EACH_CHANNELS(channels, FOVEA_BODY);
#undef FOVEA_BODY
#define FOVEA_BODY(c, n)                                                                  \
  do {                                                                                    \
    const vf sum = neighbour_sum(terms, c, size, n) * load_part(in + (c), n);             \
    store_part(out + (c), multiply_add(factor, sum, load_part(out + (c), n)), n);         \
  } while (0)
    FOVEA_FOR_EACH_CHANNELS(channels, FOVEA_BODY);
#undef FOVEA_BODY
    memset(terms, 0, (size_t)(channels + size) * sizeof(float));
  }
}

static void FOVEA_NAME(local_response_norm)(const void *arguments, void *scratch, long task) {
  local_response_norm_task(arguments, scratch, task, false);
}

static void FOVEA_NAME(local_response_norm_gradient)(
    const void *arguments, void *scratch, long task) {
  local_response_norm_task(arguments, scratch, task, true);
}
