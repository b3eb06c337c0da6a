// take.c: how many tasks the kernels of fovea_take.h have.

#include "take_plan.h"

long fovea_embedding_tasks(const fovea_embedding_arguments *p) {
  return divide_up(p->count, embedding_rows_per_task(p));
}

long fovea_embedding_gradient_tasks(const fovea_embedding_arguments *p) {
  return divide_up(p->width, embedding_columns);
}

long fovea_sum_of_places_tasks(const fovea_sum_of_places_arguments *p) {
  return divide_up(p->outer * p->result, FOVEA_CHUNK);
}
