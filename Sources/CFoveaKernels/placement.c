// placement.c: see placement.h.

#define _GNU_SOURCE

#include "placement.h"

#if defined(__linux__)

#include <sched.h>
#include <string.h>

_Static_assert(sizeof(cpu_set_t) == sizeof(((fovea_placement *)0)->usual), "a set of processors");

long fovea_current_processor(void) { return sched_getcpu(); }

void fovea_place_thread(fovea_placement *placement, pthread_t thread, long distance) {
  cpu_set_t usual, chosen;
  long processor = sched_getcpu();
  if (placement->is_active || processor < 0) return;
  if (pthread_getaffinity_np(thread, sizeof usual, &usual) != 0) return;
  if (distance % CPU_COUNT(&usual) == 0) return;
  for (long left = distance % CPU_COUNT(&usual); left > 0;) {
    processor = (processor + 1) % CPU_SETSIZE;
    if (CPU_ISSET(processor, &usual)) left--;
  }
  CPU_ZERO(&chosen);
  CPU_SET(processor, &chosen);
  placement->is_active = pthread_setaffinity_np(thread, sizeof chosen, &chosen) == 0;
  memcpy(placement->usual, &usual, sizeof usual);
}

void fovea_lift_placement(fovea_placement *placement) {
  if (!placement->is_active) return;
  pthread_setaffinity_np(pthread_self(), sizeof placement->usual, (cpu_set_t *)placement->usual);
  placement->is_active = false;
}

#else

long fovea_current_processor(void) { return -1; }

void fovea_place_thread(fovea_placement *placement, pthread_t thread, long distance) {
  (void)placement;
  (void)thread;
  (void)distance;
}

void fovea_lift_placement(fovea_placement *placement) { (void)placement; }

#endif
