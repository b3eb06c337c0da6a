// local_response_norm.c: how local response normalisation is cut, and its memory.

#include "fovea_local_response_norm.h"
#include "local_response_norm_plan.h"

long fovea_local_response_norm_tasks(long pixels, long channels) {
  return divide_up(pixels, fovea_local_response_norm_pixels_per_task(channels));
}

size_t fovea_local_response_norm_scratch_bytes(long channels, long size) {
  // A row of terms with zeros on both sides, and a row of bases.
  return size_product(sizeof(float), size_sum(2 * (size_t)channels, (size_t)size));
}
