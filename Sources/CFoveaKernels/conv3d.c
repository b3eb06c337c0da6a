// conv3d.c: how the kernels of fovea_conv3d.h are cut into tasks: a plane of the result each.

#include "include/fovea_conv3d.h"

long fovea_conv3d_tasks(const fovea_conv3d_arguments *p) { return p->batch * p->out_channels; }

long fovea_conv3d_input_gradient_tasks(const fovea_conv3d_arguments *p) {
  return p->batch * p->in_channels;
}

long fovea_conv3d_weight_gradient_tasks(const fovea_conv3d_arguments *p) {
  return p->out_channels * (p->in_channels / p->groups);
}
