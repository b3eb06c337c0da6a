// random_normal_f32.h: the kernel of fovea_random_normal.h; philox is dropout_f32.h's.

static void FOVEA_NAME(random_normal)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_random_normal_arguments a = *(const fovea_random_normal_arguments *)arguments;
  const uint64_t stream = a.stream + *a.step * UINT64_C(0x9E3779B97F4A7C15);
  const fovea_range range = fovea_chunk(task, a.count);
  for (long start = range.start; start < range.end; start += VW) {
    uint32_t words[4 * VW];
    philox(a.seed, stream, (uint64_t)start, words);
    for (long b = 0; b < VW && start + b < range.end; b++) {
      const double radius = sqrt(-2 * log(((double)words[4 * b] + 0.5) * 0x1p-32));
      const double angle = 2 * 3.14159265358979323846 * (double)words[4 * b + 1] * 0x1p-32;
      a.out[start + b] = (float)(radius * cos(angle));
    }
  }
}
