// allocation_counter.c: stands in for the allocator of the test program and counts on the way.

#include "allocation_counter.h"

#include <errno.h>
#include <stddef.h>

static _Thread_local bool is_counting;
static _Thread_local long count;

void allocation_counter_start(void) {
  count = 0;
  is_counting = true;
}

long allocation_counter_stop(void) {
  is_counting = false;
  return count;
}

#if defined(__GLIBC__)

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

bool allocation_counter_is_available(void) { return true; }

void *malloc(size_t size) {
  if (is_counting) count += 1;
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  if (is_counting) count += 1;
  return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
  if (is_counting) count += 1;
  return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  if (is_counting) count += 1;
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  if (is_counting) count += 1;
  *memory = __libc_memalign(alignment, size);
  return *memory ? 0 : ENOMEM;
}

#else

bool allocation_counter_is_available(void) { return false; }

#endif
