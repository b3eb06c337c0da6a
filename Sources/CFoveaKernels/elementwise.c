// elementwise.c: how passes over elements are cut into tasks.

#include "fovea_elementwise.h"
#include "fovea_strided.h"
#include "pass.h"

long fovea_elementwise_tasks(long count) { return (count + FOVEA_CHUNK - 1) / FOVEA_CHUNK; }

long fovea_strided_tasks(const fovea_strided_arguments *arguments) {
  long count = 1;
  for (long axis = 0; axis < arguments->rank; axis++) count *= arguments->extents[axis];
  return fovea_elementwise_tasks(count);
}
