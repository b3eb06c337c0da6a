// vector.h: the vector type of one instruction set. Included once by each variant_<isa>.c, which
// defines before it
//
//   FOVEA_VARIANT           portable | avx2 | avx512 | neon
//   FOVEA_VECTOR_WIDTH      floats in a vector: 4 | 8 | 16
//   FOVEA_VECTOR_REGISTERS  how many vectors the processor has by name: 16 | 32
//   FOVEA_HAS_FMA           1 where a fused multiply-add is one instruction
//
// Templates are written over these names only, so that one text serves every instruction set.

#include <math.h>
#include <stdint.h>
#include <string.h>

#define FOVEA_JOIN_(a, b) a##_##b
#define FOVEA_JOIN(a, b) FOVEA_JOIN_(a, b)
// The name of a function of this variant: FOVEA_NAME(relu) is relu_avx2.
#define FOVEA_NAME(name) FOVEA_JOIN(name, FOVEA_VARIANT)
#define FOVEA_TEXT_(a) #a
#define FOVEA_TEXT(a) FOVEA_TEXT_(a)
#define FOVEA_INLINE static inline __attribute__((always_inline))

enum { VW = FOVEA_VECTOR_WIDTH };
typedef float vf __attribute__((vector_size(FOVEA_VECTOR_WIDTH * 4)));
typedef float vf_unaligned __attribute__((vector_size(FOVEA_VECTOR_WIDTH * 4), aligned(4)));
typedef int32_t vi __attribute__((vector_size(FOVEA_VECTOR_WIDTH * 4)));

FOVEA_INLINE vf load(const float *p) { return *(const vf_unaligned *)p; }
FOVEA_INLINE void store(float *p, vf v) { *(vf_unaligned *)p = v; }
// Minus and not plus: x - 0 is x for every x, so that the compiler drops the subtraction.
FOVEA_INLINE vf broadcast(float x) { return x - (vf){0}; }
FOVEA_INLINE vf zero(void) { return (vf){0}; }

// a * b + c
FOVEA_INLINE vf multiply_add(vf a, vf b, vf c) {
#if FOVEA_HAS_FMA
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

// a where `mask` is all ones, b where it is zero; a comparison of vectors gives such a mask.
FOVEA_INLINE vf choose(vi mask, vf a, vf b) { return (vf)(((vi)a & mask) | ((vi)b & ~mask)); }

// The larger; NaN in either is passed on.
FOVEA_INLINE vf maximum(vf a, vf b) { return choose((a > b) | (a != a), a, b); }

// Keeps loads that come later in the text behind the computation of two vectors.
FOVEA_INLINE void keep_in_order(vf *a, vf *b) {
#if defined(__x86_64__)
  __asm__ volatile("" : "+v"(*a), "+v"(*b));
#elif defined(__aarch64__)
  __asm__ volatile("" : "+w"(*a), "+w"(*b));
#endif
}
