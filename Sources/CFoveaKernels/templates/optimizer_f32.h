// optimizer_f32.h: the kernels of fovea_optimizer.h. A task is a chunk of the parameter.

static void FOVEA_NAME(sgd_update)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_optimizer_arguments *a = arguments;
  const float rate = a->settings[0], momentum = a->settings[1], decay = a->weight_decay;
  const fovea_range range = fovea_chunk(task, a->count);
  for (long i = range.start; i < range.end; i++) {
    const float g = a->gradient[i] + decay * a->weight[i];
    const float velocity = momentum * a->first[i] + g;
    const float move = a->nesterov ? g + momentum * velocity : velocity;
    a->new_first[i] = velocity;
    a->new_weight[i] = a->weight[i] - rate * move;
  }
}

static void FOVEA_NAME(adam_update)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_optimizer_arguments *a = arguments;
  const float rate = a->settings[0], beta1 = a->settings[1], beta2 = a->beta2;
  const float step = rate / a->settings[2], root = sqrtf(a->settings[3]);
  const float shrink = a->decoupled ? 1 - rate * a->weight_decay : 1;
  const float decay = a->decoupled ? 0 : a->weight_decay;
  const fovea_range range = fovea_chunk(task, a->count);
  for (long i = range.start; i < range.end; i++) {
    const float g = a->gradient[i] + decay * a->weight[i];
    const float first = a->first[i] + (1 - beta1) * (g - a->first[i]);
    const float second = beta2 * a->second[i] + (1 - beta2) * g * g;
    a->new_first[i] = first;
    a->new_second[i] = second;
    a->new_weight[i] =
        a->weight[i] * shrink - step * first / (sqrtf(second) / root + a->epsilon);
  }
}
