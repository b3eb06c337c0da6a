// kernel_run.h: what the tests of all families share: cases and their buffers, running, comparing.

#ifndef KERNEL_RUN_H
#define KERNEL_RUN_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fovea_kernels.h"

// The instruction set under test, and how many comparisons failed on all of them.
extern const fovea_kernel_table *kernels;
extern long failures;

// Names the case that failures tell of, and frees the buffers of the one before.
__attribute__((format(printf, 1, 2))) void begin_case(const char *format, ...);

// Buffers of the case: aligned, with a margin after them that nothing may write.
float *unset_floats(long count);   // NaN before each run; each run must leave the same bits in them
float *unset_bytes(size_t bytes);
float *random_floats(long count);  // in -1 ..< 1, the same in each run of this program
float *given_floats(long count, float value);

// Runs steps with 1, 2 and 3 threads.
void run_steps(const fovea_step *steps, long count, size_t scratch_bytes);
void run_kernel(fovea_kernel kernel, const void *arguments, long tasks);

// Forgets which kernels ran; fails for those of the table that did not run since.
void begin_table(const fovea_kernel_table *table);
void end_table(void);

// Fails where |actual - expected| is above relative * |expected| + absolute. NaN is not close.
void expect_values(
    const char *what, const float *actual, const double *expected, long count, double relative,
    double absolute);
// Fails where `actual` has not the bits of the float nearest to `expected`, or NaN where that is NaN.
void expect_bits(const char *what, const float *actual, const double *expected, long count);
double largest_magnitude(const double *values, long count);
// Zeros, freed with the case.
double *new_doubles(long count);

// Sums of products, and the errors that they may have.
typedef struct {
  long count;
  double *sums, *magnitudes, *terms;
} exact_sums;

exact_sums new_sums(long count);
void add_product(exact_sums *sums, long index, double a, double b);
// A number after the activation of an epilogue; NaN stays NaN.
double activated(const fovea_epilogue *epilogue, double x);
// Residual, activation and mask; the bias is one of the products.
void finish_sums(exact_sums *sums, const fovea_epilogue *epilogue);
// The bound is 2 n 2^-24 times the sum of n products' magnitudes. Minimal filtering mixes the sums of a
// tile: there it is `factor` (else 0) times 2^-24 of the largest such sum.
void expect_sums(const char *what, const float *actual, const exact_sums *sums, double factor);

// One rounding to float32, relatively.
static const double rounding = 0x1p-24;

// The families, one a file.
void test_convolution(void);
void test_quantized(void);
void test_matmul(void);
void test_conv3d(void);
void test_take(void);
void test_batch_norm(void);
void test_group_norm(void);
void test_pooling(void);
void test_elements(void);
void test_condition(void);
void test_convert(void);
void test_tensors(void);
void test_softmax(void);
void test_resampling(void);
void test_deformable_sampling(void);

#endif
