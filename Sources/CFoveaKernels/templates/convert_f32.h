// convert_f32.h: the kernels of fovea_convert.h.

typedef uint16_t vh __attribute__((vector_size(FOVEA_VECTOR_WIDTH * 2)));
typedef uint32_t vu __attribute__((vector_size(FOVEA_VECTOR_WIDTH * 4)));

// The first n of VW numbers of 16 bits; the other lanes become 0.
FOVEA_INLINE vh load_halves(const uint16_t *p, long n) {
  vh v = {0};
  memcpy(&v, p, n >= VW ? sizeof v : (size_t)n * sizeof *p);
  return v;
}

FOVEA_INLINE void store_halves(uint16_t *p, vh v, long n) {
  memcpy(p, &v, n >= VW ? sizeof v : (size_t)n * sizeof *p);
}

FOVEA_INLINE vu choose_bits(vi mask, vu a, vu b) { return (a & (vu)mask) | (b & ~(vu)mask); }

FOVEA_INLINE vh bfloat16_of(vf x) {
  const vu bits = (vu)x;
  const vu rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  return __builtin_convertvector(choose_bits(x != x, bits >> 16 | 0x40, rounded), vh);
}

FOVEA_INLINE vf float_of_bfloat16(vh x) { return (vf)(__builtin_convertvector(x, vu) << 16); }

#if defined(__x86_64__) && FOVEA_VECTOR_WIDTH == 8
FOVEA_INLINE vh float16_of(vf x) { return (vh)__builtin_ia32_vcvtps2ph256(x, 0); }

FOVEA_INLINE vf float_of_float16(vh x) {
  typedef _Float16 halves __attribute__((vector_size(16)));
  return __builtin_convertvector((halves)x, vf);
}
#elif defined(__x86_64__) && FOVEA_VECTOR_WIDTH == 16
typedef short vs __attribute__((vector_size(32)));

FOVEA_INLINE vh float16_of(vf x) {
  return (vh)__builtin_ia32_vcvtps2ph512_mask(x, 0, (vs){0}, (unsigned short)-1);
}

FOVEA_INLINE vf float_of_float16(vh x) {
  // 4: as the control register rounds, which an exact conversion does not.
  return __builtin_ia32_vcvtph2ps512_mask((vs)x, zero(), (unsigned short)-1, 4);
}
#else
FOVEA_INLINE vh float16_of(vf x) {
  const vu sign = (vu)x & 0x80000000, size = (vu)x & 0x7fffffff;
  // Rounding may carry into the exponent, up to infinity's.
  const vu normal = (size + 0xfff + (size >> 13 & 1) - (112u << 23)) >> 13;
  // 1/2 has the unit of the smallest subnormal in its last place, so that adding it rounds there.
  const vu subnormal = (vu)((vf)size + broadcast(0.5f)) - (126u << 23);
  const vu large = choose_bits(x != x, (size >> 13 & 0x3ff) | 0x7e00, (vu){0} + 0x7c00);
  const vu finite = choose_bits((vi)(size < 113u << 23), subnormal, normal);
  const vu result = choose_bits((vi)(size >= 143u << 23), large, finite);
  return __builtin_convertvector(result | sign >> 16, vh);
}

FOVEA_INLINE vf float_of_float16(vh x) {
  const vu bits = __builtin_convertvector(x, vu), size = (bits & 0x7fff) << 13;
  const vu exponent = size & 0x7c00 << 13;
  const vu normal = size + (112u << 23);
  const vu subnormal = (vu)((vf)(size + (113u << 23)) - broadcast(0x1p-14f));
  const vu quiet = choose_bits((vi)(size > 0x7c00 << 13), (vu){0} + 0x400000, (vu){0});
  const vu special = normal + (112u << 23) | quiet;
  const vu finite = choose_bits((vi)(exponent == 0), subnormal, normal);
  const vu result = choose_bits((vi)(exponent == 0x7c00 << 13), special, finite);
  return (vf)(result | (bits & 0x8000) << 16);
}
#endif

#define FOVEA_CONVERT(name, from, to, LOAD, CONVERT, STORE)                        \
  static void FOVEA_NAME(name)(const void *arguments, void *scratch, long task) {  \
    (void)scratch;                                                                 \
    const fovea_convert_arguments *a = arguments;                                  \
    const from *in = a->in;                                                        \
    to *out = a->out;                                                              \
    const fovea_range range = fovea_chunk(task, a->count);                         \
    long i = range.start;                                                          \
    for (; i + VW <= range.end; i += VW) STORE(out + i, CONVERT(LOAD(in + i, VW)), VW); \
    const long n = range.end - i;                                                  \
    if (n > 0) STORE(out + i, CONVERT(LOAD(in + i, n)), n);                        \
  }

FOVEA_CONVERT(narrow_bfloat16, float, uint16_t, load_part, bfloat16_of, store_halves)
FOVEA_CONVERT(narrow_float16, float, uint16_t, load_part, float16_of, store_halves)
FOVEA_CONVERT(widen_bfloat16, uint16_t, float, load_halves, float_of_bfloat16, store_part)
FOVEA_CONVERT(widen_float16, uint16_t, float, load_halves, float_of_float16, store_part)

#undef FOVEA_CONVERT
