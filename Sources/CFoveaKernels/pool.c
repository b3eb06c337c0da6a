// pool.c: the thread pool of fovea_step.h.
//
// One word, `ticket`, holds the number of the step under way and how many of its tasks nobody has
// taken. A thread takes a task by counting it down; whoever finishes the last task of a step starts
// the next one. So a step begins when the tasks before it are done, not when every thread has shown
// up: a thread that the system has put aside holds nothing up unless it holds a task.
//
// Workers without work spin for some tens of microseconds, then sleep until the next step with more
// than one task. Steps of one task run on the thread that is there and wake nobody.

#include <pthread.h>
#include <sched.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "fovea_step.h"
#include "placement.h"

enum {
  cache_line = 64,
  pauses_before_rest = 2000,
};

static const uint64_t task_mask = UINT32_MAX;

typedef struct {
  fovea_pool *pool;
  long index;
  pthread_t thread;
  // Under sleep_lock: where it went to sleep (-1: awake), and what holds it where it wakes up.
  long sleeps_on;
  fovea_placement placement;
} worker;

struct fovea_pool {
  alignas(cache_line) _Atomic uint64_t ticket;  // step number << 32 | tasks not taken
  alignas(cache_line) atomic_long unfinished;   // tasks of the step under way that are not done
  // Written by whoever starts a step, before the ticket; read by who holds a task of it.
  alignas(cache_line) fovea_step step;
  const fovea_step *next, *end;
  char *scratch;
  size_t scratch_stride;

  alignas(cache_line) atomic_bool run_is_done;
  alignas(cache_line) atomic_long sleepers;
  atomic_bool stopping;
  pthread_mutex_t sleep_lock;
  pthread_cond_t wake;

  pthread_mutex_t callers;
  long threads;
  worker workers[];
};

static void run_task(fovea_pool *pool, const fovea_step *step, long thread, long task) {
  void *scratch = pool->scratch ? pool->scratch + (size_t)thread * pool->scratch_stride : NULL;
  step->kernel(step->arguments, scratch, task);
}

static void wake_workers(fovea_pool *pool) {
  pthread_mutex_lock(&pool->sleep_lock);
  long here = fovea_current_processor();
  for (long i = 0; i < pool->threads - 1; i++) {
    worker *w = &pool->workers[i];
    if (here >= 0 && w->sleeps_on == here) fovea_place_thread(&w->placement, w->thread, w->index);
  }
  pthread_cond_broadcast(&pool->wake);
  pthread_mutex_unlock(&pool->sleep_lock);
}

// Starts the next step with several tasks, and runs those of one task before it. Only for the one
// thread that knows that no task is under way.
static void advance(fovea_pool *pool, long thread) {
  while (pool->next < pool->end) {
    const fovea_step *step = pool->next++;
    if (step->tasks == 1) run_task(pool, step, thread, 0);
    if (step->tasks <= 1) continue;
    pool->step = *step;
    atomic_store_explicit(&pool->unfinished, step->tasks, memory_order_relaxed);
    uint64_t number = (atomic_load_explicit(&pool->ticket, memory_order_relaxed) >> 32) + 1;
    atomic_store(&pool->ticket, number << 32 | (uint64_t)step->tasks);
    // A thread counts itself as asleep before it looks at the ticket for the last time; both are
    // sequentially consistent, so either it sees the ticket or we see it.
    if (atomic_load(&pool->sleepers) > 0) wake_workers(pool);
    return;
  }
  // The caller may return at once: nothing of the run may be touched after this.
  atomic_store_explicit(&pool->run_is_done, true, memory_order_release);
}

// Takes one task and runs it; false when there is none to take.
static bool work(fovea_pool *pool, long thread) {
  uint64_t ticket = atomic_load_explicit(&pool->ticket, memory_order_acquire);
  do {
    if ((ticket & task_mask) == 0) return false;
  } while (!atomic_compare_exchange_weak_explicit(
      &pool->ticket, &ticket, ticket - 1, memory_order_acquire, memory_order_acquire));
  run_task(pool, &pool->step, thread, pool->step.tasks - (long)(ticket & task_mask));
  if (atomic_fetch_sub_explicit(&pool->unfinished, 1, memory_order_acq_rel) == 1)
    advance(pool, thread);
  return true;
}

static void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static bool has_work_or_stops(fovea_pool *pool) {
  return (atomic_load(&pool->ticket) & task_mask) != 0 || atomic_load(&pool->stopping);
}

static void sleep_until_work(fovea_pool *pool, worker *self) {
  pthread_mutex_lock(&pool->sleep_lock);
  atomic_fetch_add(&pool->sleepers, 1);
  self->sleeps_on = fovea_current_processor();
  while (!has_work_or_stops(pool)) pthread_cond_wait(&pool->wake, &pool->sleep_lock);
  self->sleeps_on = -1;
  fovea_lift_placement(&self->placement);
  atomic_fetch_sub(&pool->sleepers, 1);
  pthread_mutex_unlock(&pool->sleep_lock);
}

static void *run_worker(void *argument) {
  worker *self = argument;
  fovea_pool *pool = self->pool;
  pthread_mutex_lock(&pool->sleep_lock);
  fovea_lift_placement(&self->placement);
  pthread_mutex_unlock(&pool->sleep_lock);
  for (long turn = 0; !atomic_load_explicit(&pool->stopping, memory_order_relaxed);) {
    if (work(pool, self->index)) {
      turn = 0;
    } else if (turn++ < pauses_before_rest) {
      pause_briefly();
    } else {
      sleep_until_work(pool, self);
      turn = 0;
    }
  }
  return NULL;
}

static void stop_workers(fovea_pool *pool, long count) {
  pthread_mutex_lock(&pool->sleep_lock);
  atomic_store(&pool->stopping, true);
  pthread_cond_broadcast(&pool->wake);
  pthread_mutex_unlock(&pool->sleep_lock);
  for (long i = 0; i < count; i++) pthread_join(pool->workers[i].thread, NULL);
}

static void free_pool(fovea_pool *pool) {
  pthread_mutex_destroy(&pool->callers);
  pthread_mutex_destroy(&pool->sleep_lock);
  pthread_cond_destroy(&pool->wake);
  free(pool);
}

fovea_pool *fovea_pool_create(long threads) {
  if (threads < 1 || threads > INT16_MAX) return NULL;
  size_t bytes = sizeof(fovea_pool) + (size_t)(threads - 1) * sizeof(worker);
  fovea_pool *pool = aligned_alloc(cache_line, (bytes + cache_line - 1) / cache_line * cache_line);
  if (!pool) return NULL;
  *pool = (fovea_pool){.threads = threads};
  pthread_mutex_init(&pool->callers, NULL);
  pthread_mutex_init(&pool->sleep_lock, NULL);
  pthread_cond_init(&pool->wake, NULL);
  for (long i = 0; i < threads - 1; i++) {
    worker *w = &pool->workers[i];
    *w = (worker){.pool = pool, .index = i + 1, .sleeps_on = -1};
    pthread_mutex_lock(&pool->sleep_lock);
    const bool is_made = pthread_create(&w->thread, NULL, run_worker, w) == 0;
    if (is_made) fovea_place_thread(&w->placement, w->thread, w->index);
    pthread_mutex_unlock(&pool->sleep_lock);
    if (!is_made) {
      stop_workers(pool, i);
      free_pool(pool);
      return NULL;
    }
  }
  return pool;
}

void fovea_pool_destroy(fovea_pool *pool) {
  if (!pool) return;
  stop_workers(pool, pool->threads - 1);
  free_pool(pool);
}

long fovea_pool_threads(const fovea_pool *pool) { return pool->threads; }

static void run_alone(const fovea_step *steps, long count, void *scratch) {
  for (long s = 0; s < count; s++)
    for (long task = 0; task < steps[s].tasks; task++)
      steps[s].kernel(steps[s].arguments, scratch, task);
}

void fovea_pool_run(
    fovea_pool *pool, const fovea_step *steps, long count, void *scratch, size_t scratch_stride) {
  pthread_mutex_lock(&pool->callers);
  if (pool->threads == 1) {
    run_alone(steps, count, scratch);
  } else {
    pool->next = steps;
    pool->end = steps + count;
    pool->scratch = scratch;
    pool->scratch_stride = scratch_stride;
    atomic_store_explicit(&pool->run_is_done, false, memory_order_relaxed);
    advance(pool, 0);
    for (long turn = 0; !atomic_load_explicit(&pool->run_is_done, memory_order_acquire);)
      if (work(pool, 0))
        turn = 0;
      else if (turn++ < pauses_before_rest)
        pause_briefly();
      else
        sched_yield();
  }
  pthread_mutex_unlock(&pool->callers);
}
