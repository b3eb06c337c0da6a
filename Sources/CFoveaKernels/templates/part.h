// part.h: the first n floats of a vector, for what is left at the end of a row; 0 < n.
//
// With n a constant VW these are load and store. Nothing behind the n floats is read or written.

FOVEA_INLINE vi part_mask(long n) {
  static const int32_t ones_then_zeros[32] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                              -1, -1, -1, -1, -1};
  vi mask;
  memcpy(&mask, ones_then_zeros + 16 - n, sizeof mask);
  return mask;
}

// The other lanes become 0.
FOVEA_INLINE vf load_part(const float *p, long n) {
  if (n >= VW) return load(p);
#if defined(__x86_64__) && FOVEA_VECTOR_WIDTH == 8
  return __builtin_ia32_maskloadps256((const vf *)p, part_mask(n));
#elif defined(__x86_64__) && FOVEA_VECTOR_WIDTH == 16
  return __builtin_ia32_loadups512_mask(p, zero(), (unsigned short)((1u << n) - 1));
#else
  vf v = zero();
  for (long lane = 0; lane < n; lane++) v[lane] = p[lane];
  return v;
#endif
}

// The other lanes become `rest`.
FOVEA_INLINE vf load_part_or(const float *p, long n, float rest) {
  return n >= VW ? load(p) : choose(part_mask(n), load_part(p, n), broadcast(rest));
}

FOVEA_INLINE void store_part(float *p, vf v, long n) {
  if (n >= VW) {
    store(p, v);
    return;
  }
#if defined(__x86_64__) && FOVEA_VECTOR_WIDTH == 16
  __builtin_ia32_storeups512_mask(p, v, (unsigned short)((1u << n) - 1));
#else
  // By halves: a masked store is slow on some processors.
#if FOVEA_VECTOR_WIDTH == 8
  if (n & 4) {
    memcpy(p, &v, 4 * sizeof(float));
    p += 4;
    v = __builtin_shufflevector(v, v, 4, 5, 6, 7, 4, 5, 6, 7);
  }
#endif
  if (n & 2) {
    memcpy(p, &v, 2 * sizeof(float));
    p += 2;
    v = choose((vi){-1}, broadcast(v[2]), v);
  }
  if (n & 1) *p = v[0];
#endif
}

// Sums of many floats are carried on in double, lane by lane.
typedef double vd __attribute__((vector_size(FOVEA_VECTOR_WIDTH * 8)));

FOVEA_INLINE double total_of_lanes(const vd *v) {
  double sums[VW];
  memcpy(sums, v, sizeof sums);
  for (long half = VW / 2; half > 0; half /= 2)
    for (long lane = 0; lane < half; lane++) sums[lane] += sums[lane + half];
  return sums[0];
}

// NaN wins.
FOVEA_INLINE float largest_lane(vf v) {
  float largest[VW];
  store(largest, v);
  for (long half = VW / 2; half > 0; half /= 2)
    for (long lane = 0; lane < half; lane++) {
      const float other = largest[lane + half];
      if (other > largest[lane] || other != other) largest[lane] = other;
    }
  return largest[0];
}

// The largest of n contiguous numbers; NaN wins.
FOVEA_INLINE float largest_of(const float *in, long n) {
  vf largest = broadcast(-INFINITY);
  for (long i = 0; i < n; i += VW)
    largest = maximum(load_part_or(in + i, n - i, -INFINITY), largest);
  return largest_lane(largest);
}
