// peak.c: see peak.h.

#include "peak.h"

enum { rounds = 50000, sums = 12 };

#if defined(__x86_64__)
enum { width = 8 };
#define PEAK_TARGET __attribute__((target("avx2,fma")))
#else
enum { width = 4 };
#define PEAK_TARGET
#endif

typedef float vector __attribute__((vector_size(width * 4)));

double peak_multiply_adds(void) { return (double)rounds * sums * width; }

PEAK_TARGET void peak_task(const void *arguments, void *scratch, long task) {
  (void)arguments;
  (void)scratch;
  vector sum[sums];
  // Not constants, so that the compiler cannot work the loop out.
  volatile float start = (float)(task % 3) * 1e-3f, ratio = 0.999f, step = 1e-4f;
  const vector a = ratio - (vector){0}, b = step - (vector){0};
#pragma clang loop unroll(full)
  for (int i = 0; i < sums; i++) sum[i] = (start + (float)i) - (vector){0};
  for (long round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < sums; i++) sum[i] = __builtin_elementwise_fma(sum[i], a, b);
  }
  vector total = sum[0];
#pragma clang loop unroll(full)
  for (int i = 1; i < sums; i++) total += sum[i];
  volatile float result = total[0];
  (void)result;
}
