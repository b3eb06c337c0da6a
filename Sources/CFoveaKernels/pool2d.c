// pool2d.c: how pooling is cut into tasks.

#include "fovea_pool2d.h"
#include "pool2d_plan.h"

long fovea_pool2d_tasks(const fovea_pool2d_arguments *a) {
  const long each = fovea_pool2d_rows_per_task(a);
  const long rows = a->batch * a->out_height;
  return (rows + each - 1) / each;
}

long fovea_pool2d_gradient_tasks(const fovea_pool2d_arguments *a) {
  return a->batch * fovea_pool2d_channel_blocks(a);
}
