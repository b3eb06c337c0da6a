// pass.h: the part of a dense pass that one task does.

#ifndef FOVEA_PASS_H
#define FOVEA_PASS_H

enum { FOVEA_CHUNK = 1 << 15 };

// The elements start ..< end of task `task`.
typedef struct {
  long start, end;
} fovea_range;

static inline fovea_range fovea_chunk(long task, long count) {
  const long start = task * FOVEA_CHUNK;
  return (fovea_range){start, start + FOVEA_CHUNK < count ? start + FOVEA_CHUNK : count};
}

#endif
