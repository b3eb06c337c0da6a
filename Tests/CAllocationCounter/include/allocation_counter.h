// allocation_counter.h: counts the memory that one thread asks for, in tests, on glibc.

#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdbool.h>

// Whether allocations can be counted here; elsewhere the count stays 0.
bool allocation_counter_is_available(void);

// Starts counting the calling thread's allocations from 0.
void allocation_counter_start(void);

// Stops counting and returns how many there were.
long allocation_counter_stop(void);

#endif
