// dropout_f32.h: the kernel of fovea_dropout.h.

// Block `block` of Philox 4x32-10.
FOVEA_INLINE void FOVEA_NAME(philox)(
    uint64_t seed, uint64_t stream, uint64_t block, uint32_t word[4]) {
  uint32_t w0 = (uint32_t)block, w1 = (uint32_t)(block >> 32);
  uint32_t w2 = (uint32_t)stream, w3 = (uint32_t)(stream >> 32);
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++) {
    const uint64_t first = (uint64_t)0xD2511F53 * w0, second = (uint64_t)0xCD9E8D57 * w2;
    w0 = (uint32_t)(second >> 32) ^ w1 ^ k0;
    w1 = (uint32_t)second;
    w2 = (uint32_t)(first >> 32) ^ w3 ^ k1;
    w3 = (uint32_t)first;
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  word[0] = w0, word[1] = w1, word[2] = w2, word[3] = w3;
}

static void FOVEA_NAME(dropout)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_dropout_arguments *a = arguments;
  const uint64_t stream = a->stream + *a->step * UINT64_C(0x9E3779B97F4A7C15);
  const float scale = 1 / (1 - a->probability);
  const fovea_range range = fovea_chunk(task, a->count);
  // A chunk is a whole number of blocks.
  for (long i = range.start; i < range.end; i += 4) {
    uint32_t word[4];
    FOVEA_NAME(philox)(a->seed, stream, (uint64_t)i / 4, word);
    for (long j = 0; j < 4 && i + j < range.end; j++) {
      const float uniform = (float)(word[j] >> 8) * 0x1p-24f;
      a->out[i + j] = uniform >= a->probability ? a->in[i + j] * scale : 0;
    }
  }
}
