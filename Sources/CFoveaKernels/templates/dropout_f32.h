// dropout_f32.h: the kernel of fovea_dropout.h.

// A word of VW blocks, in the low halves; what the upper halves hold does not matter.
typedef uint64_t vu64 __attribute__((vector_size(FOVEA_VECTOR_WIDTH * 8)));

// Blocks `block` ..< block + VW of Philox 4x32-10: words[4 * b + j] is word j of block b.
FOVEA_INLINE void philox(uint64_t seed, uint64_t stream, uint64_t block, uint32_t words[4 * VW]) {
  const vu64 low_half = (vu64){0} + UINT32_MAX;
  vu64 counter = (vu64){0} + block;
  for (long b = 0; b < VW; b++) counter[b] += (uint64_t)b;
  vu64 w0 = counter, w1 = counter >> 32;
  vu64 w2 = (vu64){0} + stream, w3 = w2 >> 32;
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++) {
    const vu64 first = (w0 & low_half) * UINT64_C(0xD2511F53);
    const vu64 second = (w2 & low_half) * UINT64_C(0xCD9E8D57);
    w0 = (second >> 32) ^ w1 ^ k0;
    w1 = second;
    w2 = (first >> 32) ^ w3 ^ k1;
    w3 = first;
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  for (long b = 0; b < VW; b++) {
    words[4 * b] = (uint32_t)w0[b];
    words[4 * b + 1] = (uint32_t)w1[b];
    words[4 * b + 2] = (uint32_t)w2[b];
    words[4 * b + 3] = (uint32_t)w3[b];
  }
}

static void FOVEA_NAME(dropout)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_dropout_arguments a = *(const fovea_dropout_arguments *)arguments;
  const uint64_t stream = a.stream + *a.step * UINT64_C(0x9E3779B97F4A7C15);
  const vf probability = broadcast(a.probability), scale = broadcast(1 / (1 - a.probability));
  const fovea_range range = fovea_chunk(task, a.count);
  // A chunk is a whole number of these.
  for (long start = range.start; start < range.end; start += 4 * VW) {
    uint32_t words[4 * VW];
    philox(a.seed, stream, (uint64_t)start / 4, words);
    for (long j = 0; j < 4 * VW && start + j < range.end; j += VW) {
      vi bits;
      memcpy(&bits, words + j, sizeof bits);
      const vf uniform = __builtin_convertvector((bits >> 8) & 0xffffff, vf) * broadcast(0x1p-24f);
      const long i = start + j, n = range.end - i;
      store_part(
          a.out + i, choose(uniform >= probability, load_part(a.in + i, n) * scale, zero()), n);
    }
  }
}
