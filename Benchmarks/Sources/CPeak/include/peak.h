// peak.h: the multiply-add rate of this processor, as a kernel of fovea_step.h.

#ifndef PEAK_H
#define PEAK_H

// Multiply-adds (two floating-point operations each) of one task.
double peak_multiply_adds(void);

// A kernel that multiplies and adds in registers only, with the widest vectors that the kernels of
// this package use on this processor. Arguments and scratch are not read.
void peak_task(const void *_Nonnull arguments, void *_Nullable scratch, long task);

#endif
