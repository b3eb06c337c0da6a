// fractional_pool2d_f32.h: the kernels of fovea_fractional_pool2d.h. Included after dropout_f32.h and unpool2d_f32.h.
//
// Each channel has windows of its own, so that there is nothing to do on vectors.

FOVEA_INLINE long FOVEA_NAME(fractional_start)(
    long position, long positions, long extent, long kernel, float sample) {
  if (position == positions - 1) return extent - kernel;
  const float u = sample >= 0 ? (sample < 1 ? sample : 0x1.fffffep-1f) : 0;
  const float alpha = (float)(extent - kernel) / (float)(positions - 1);
  const long start = (long)(((float)position + u) * alpha) - (long)(u * alpha);
  return min_of(start, extent - kernel);
}

// Where the largest pixel of channel c in the window of a position lies, in pixels of the image.
FOVEA_INLINE long FOVEA_NAME(fractional_winner)(
    const fovea_fractional_pool2d_arguments *a, const float *image, const float *samples, long y,
    long x) {
  const long top = FOVEA_NAME(fractional_start)(
      y, a->out_height, a->in_height, a->kernel_height, samples[1]);
  const long left =
      FOVEA_NAME(fractional_start)(x, a->out_width, a->in_width, a->kernel_width, samples[0]);
  long winner = top * a->in_width + left;
  float largest = -INFINITY;
  for (long row = top; row < top + a->kernel_height; row++)
    for (long column = left; column < left + a->kernel_width; column++) {
      const float value = image[(row * a->in_width + column) * a->channels];
      if (!(value > largest) && value == value) continue;
      largest = value;
      winner = row * a->in_width + column;
    }
  return winner;
}

static void FOVEA_NAME(fractional_max_pool2d)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_fractional_pool2d_arguments *a = arguments;
  const long channels = a->channels, positions = a->out_height * a->out_width;
  const FOVEA_NAME(channel_block) block = FOVEA_NAME(block_of)(task, channels);
  const float *image = a->in + block.image * a->in_height * a->in_width * channels;
  const float *samples = a->samples + block.image * channels * 2;
  float *out = a->out + block.image * positions * channels;
  for (long i = 0; i < positions; i++)
    for (long c = block.start; c < block.end; c++) {
      const long winner = FOVEA_NAME(fractional_winner)(
          a, image + c, samples + 2 * c, i / a->out_width, i % a->out_width);
      out[i * channels + c] = image[winner * channels + c];
    }
}

static void FOVEA_NAME(fractional_max_pool2d_gradient)(
    const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_fractional_pool2d_arguments *a = arguments;
  const long channels = a->channels, positions = a->out_height * a->out_width;
  const long pixels = a->in_height * a->in_width;
  const FOVEA_NAME(channel_block) block = FOVEA_NAME(block_of)(task, channels);
  const float *image = a->in + block.image * pixels * channels;
  const float *samples = a->samples + block.image * channels * 2;
  const float *gradient = a->out_gradient + block.image * positions * channels;
  float *out = a->out + block.image * pixels * channels;
  for (long pixel = 0; pixel < pixels; pixel++)
    memset(
        out + pixel * channels + block.start, 0,
        (size_t)(block.end - block.start) * sizeof(float));
  for (long i = 0; i < positions; i++)
    for (long c = block.start; c < block.end; c++) {
      const long winner = FOVEA_NAME(fractional_winner)(
          a, image + c, samples + 2 * c, i / a->out_width, i % a->out_width);
      out[winner * channels + c] += gradient[i * channels + c];
    }
}

static void FOVEA_NAME(random_uniform)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_random_arguments a = *(const fovea_random_arguments *)arguments;
  const uint64_t stream = a.stream + *a.step * UINT64_C(0x9E3779B97F4A7C15);
  const fovea_range range = fovea_chunk(task, a.count);
  for (long start = range.start; start < range.end; start += 4 * VW) {
    uint32_t words[4 * VW];
    philox(a.seed, stream, (uint64_t)start / 4, words);
    for (long j = 0; j < 4 * VW && start + j < range.end; j++)
      a.out[start + j] = (float)(words[j] >> 8) * 0x1p-24f;
  }
}
