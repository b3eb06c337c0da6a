// fovea_step.h: what the runtime and the kernels agree on: a step, and the pool that runs steps.
//
// A program is an array of steps. A step is a kernel, its arguments, and how many tasks its work is
// cut into. How work is cut depends on shapes alone, never on the number of threads, and no two
// tasks of one step write the same element: so the same bits come out for any number of threads.

#ifndef FOVEA_STEP_H
#define FOVEA_STEP_H

#include <stddef.h>
#include <stdint.h>

// Runs task `task` of a step. `arguments` is the kernel's own struct, `scratch` is memory of the
// thread that runs: 64-byte aligned, contents undefined, at least the bytes that the step asks for.
typedef void (*fovea_kernel)(
    const void *_Nonnull arguments, void *_Nullable scratch, long task);

typedef struct {
  fovea_kernel _Nonnull kernel;
  const void *_Nonnull arguments;
  long tasks;  // below 2^31
} fovea_step;

typedef struct fovea_pool fovea_pool;

// Makes a pool of `threads` threads, the caller's included; NULL when the system refuses one.
fovea_pool *_Nullable fovea_pool_create(long threads);
void fovea_pool_destroy(fovea_pool *_Nullable pool);
long fovea_pool_threads(const fovea_pool *_Nonnull pool);

// Runs the steps in order; the tasks of one step run on all threads of the pool. Thread i uses the
// scratch memory at scratch + i * scratch_stride. Returns when all is done. Allocates nothing.
// One caller at a time: concurrent calls on one pool wait for each other.
void fovea_pool_run(
    fovea_pool *_Nonnull pool, const fovea_step *_Nonnull steps, long count,
    void *_Nullable scratch, size_t scratch_stride);

#endif
