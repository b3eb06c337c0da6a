// placement.h: which processor a worker wakes up on. Private to this target.
//
// In a virtual machine Linux takes an idle processor for one that the host has taken away, and
// starts or wakes a worker on the processor of the thread that does so; the two then share it for
// milliseconds while another is idle. So the pool moves such a worker before it wakes; the worker
// lifts that when it runs, and the system may move it again. No effect on other systems.

#ifndef FOVEA_PLACEMENT_H
#define FOVEA_PLACEMENT_H

#include <pthread.h>
#include <stdbool.h>

typedef struct {
  bool is_active;
  unsigned long usual[16];  // where the thread may run without it
} fovea_placement;

// The number of the processor that runs the caller, or -1 where nobody knows.
long fovea_current_processor(void);

// Holds `thread` on the processor that is `distance` after the caller's among those where it may
// run; does nothing where there is no other or where it is held already.
void fovea_place_thread(fovea_placement *placement, pthread_t thread, long distance);

// For the thread itself: lifts its placement.
void fovea_lift_placement(fovea_placement *placement);

#endif
