// sizes.h: arithmetic on lengths. Private to this target.

#ifndef FOVEA_SIZES_H
#define FOVEA_SIZES_H

#include <stddef.h>
#include <stddef.h>
#include <stdint.h>

static inline long min_of(long a, long b) { return a < b ? a : b; }
static inline long max_of(long a, long b) { return a > b ? a : b; }
static inline long divide_up(long a, long b) { return a / b + (a % b != 0); }
static inline long round_up(long a, long b) { return divide_up(a, b) * b; }

// `limit`, or less where `a * b` is less: products that only choose how to cut work.
static inline long product_up_to(long limit, long a, long b) {
  long product;
  return __builtin_mul_overflow(a, b, &product) || product > limit ? limit : product;
}

// Sizes in bytes; PTRDIFF_MAX stands for "does not fit" and stays.
static inline size_t size_limited(size_t size) {
  return size > PTRDIFF_MAX ? (size_t)PTRDIFF_MAX : size;
}

static inline size_t size_product(size_t a, size_t b) {
  size_t product;
  return __builtin_mul_overflow(a, b, &product) ? (size_t)PTRDIFF_MAX : size_limited(product);
}

static inline size_t size_sum(size_t a, size_t b) {
  size_t sum;
  return __builtin_add_overflow(a, b, &sum) ? (size_t)PTRDIFF_MAX : size_limited(sum);
}

#endif
