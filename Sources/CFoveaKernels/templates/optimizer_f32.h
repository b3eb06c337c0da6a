// optimizer_f32.h: the kernels of fovea_optimizer.h. A task is a chunk of the parameter.

// Calls STEP(i, n) for the n elements at i of the task's chunk.
#define FOVEA_FOR_EACH_PART(task, count, STEP)             \
  do {                                                     \
    const fovea_range range = fovea_chunk(task, count);    \
    long i = range.start;                                  \
    for (; i + VW <= range.end; i += VW) STEP(i, VW);      \
    if (i < range.end) STEP(i, range.end - i);             \
  } while (0)

static void FOVEA_NAME(sgd_update)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_optimizer_arguments a = *(const fovea_optimizer_arguments *)arguments;
  const vf rate = broadcast(a.settings[0]), momentum = broadcast(a.settings[1]);
  const vf decay = broadcast(a.weight_decay);
#define FOVEA_STEP(i, n)                                                                  \
  do {                                                                                    \
    const vf weight = load_part(a.weight + (i), n);                                       \
    const vf g = multiply_add(decay, weight, load_part(a.gradient + (i), n));             \
    const vf velocity = multiply_add(momentum, load_part(a.first + (i), n), g);           \
    const vf move = a.nesterov ? multiply_add(momentum, velocity, g) : velocity;          \
    store_part(a.new_first + (i), velocity, n);                                           \
    store_part(a.new_weight + (i), multiply_add(-rate, move, weight), n);                 \
  } while (0)
  FOVEA_FOR_EACH_PART(task, a.count, FOVEA_STEP);
#undef FOVEA_STEP
}

static void FOVEA_NAME(adam_update)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_optimizer_arguments a = *(const fovea_optimizer_arguments *)arguments;
  const float rate = a.settings[0];
  const vf rest1 = broadcast(1 - a.settings[1]);
  const vf beta2 = broadcast(a.beta2), rest2 = broadcast(1 - a.beta2);
  const vf step = broadcast(rate / a.settings[2]), root = broadcast(sqrtf(a.settings[3]));
  const vf shrink = broadcast(a.decoupled ? 1 - rate * a.weight_decay : 1);
  const vf decay = broadcast(a.decoupled ? 0 : a.weight_decay), epsilon = broadcast(a.epsilon);
#define FOVEA_STEP(i, n)                                                                  \
  do {                                                                                    \
    const vf weight = load_part(a.weight + (i), n);                                       \
    const vf g = multiply_add(decay, weight, load_part(a.gradient + (i), n));             \
    const vf old = load_part(a.first + (i), n);                                           \
    const vf first = multiply_add(rest1, g - old, old);                                   \
    const vf second = multiply_add(rest2 * g, g, beta2 * load_part(a.second + (i), n));   \
    const vf deviation = __builtin_elementwise_sqrt(second) / root + epsilon;             \
    store_part(a.new_first + (i), first, n);                                              \
    store_part(a.new_second + (i), second, n);                                            \
    store_part(a.new_weight + (i), weight * shrink - step * first / deviation, n);        \
  } while (0)
  FOVEA_FOR_EACH_PART(task, a.count, FOVEA_STEP);
#undef FOVEA_STEP
}

static void FOVEA_NAME(rmsprop_update)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_optimizer_arguments a = *(const fovea_optimizer_arguments *)arguments;
  const vf rate = broadcast(a.settings[0]), momentum = broadcast(a.settings[1]);
  const vf alpha = broadcast(a.beta2), rest = broadcast(1 - a.beta2);
  const vf decay = broadcast(a.weight_decay), epsilon = broadcast(a.epsilon);
#define FOVEA_STEP(i, n)                                                                  \
  do {                                                                                    \
    const vf weight = load_part(a.weight + (i), n);                                       \
    const vf g = multiply_add(decay, weight, load_part(a.gradient + (i), n));             \
    const vf second = multiply_add(rest * g, g, alpha * load_part(a.second + (i), n));    \
    vf variance = second;                                                                 \
    if (a.third) {                                                                        \
      const vf old = load_part(a.third + (i), n);                                         \
      const vf mean = multiply_add(rest, g - old, old);                                   \
      store_part(a.new_third + (i), mean, n);                                             \
      variance = multiply_add(-mean, mean, second);                                       \
      variance = choose(variance < zero(), zero(), variance);                             \
    }                                                                                     \
    const vf deviation = __builtin_elementwise_sqrt(variance) + epsilon;                  \
    const vf move = multiply_add(momentum, load_part(a.first + (i), n), g / deviation);   \
    store_part(a.new_second + (i), second, n);                                            \
    store_part(a.new_first + (i), move, n);                                               \
    store_part(a.new_weight + (i), multiply_add(-rate, move, weight), n);                 \
  } while (0)
  FOVEA_FOR_EACH_PART(task, a.count, FOVEA_STEP);
#undef FOVEA_STEP
}

static void FOVEA_NAME(lion_update)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_optimizer_arguments a = *(const fovea_optimizer_arguments *)arguments;
  const vf rate = broadcast(a.settings[0]), shrink = broadcast(1 - a.settings[0] * a.weight_decay);
  const vf rest1 = broadcast(1 - a.settings[1]), rest2 = broadcast(1 - a.beta2);
#define FOVEA_STEP(i, n)                                                                  \
  do {                                                                                    \
    const vf g = load_part(a.gradient + (i), n), old = load_part(a.first + (i), n);       \
    const vf mixed = multiply_add(rest1, g - old, old);                                   \
    /* Neither 1 nor -1 for 0; a number that is none stays none. */                       \
    const vf up = choose(mixed > zero(), rate, mixed * zero());                           \
    const vf move = choose(mixed < zero(), -rate, up);                                    \
    store_part(a.new_first + (i), multiply_add(rest2, g - old, old), n);                  \
    store_part(a.new_weight + (i), load_part(a.weight + (i), n) * shrink - move, n);      \
  } while (0)
  FOVEA_FOR_EACH_PART(task, a.count, FOVEA_STEP);
#undef FOVEA_STEP
}

static void FOVEA_NAME(adam_direction)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_optimizer_arguments a = *(const fovea_optimizer_arguments *)arguments;
  const vf rest1 = broadcast(1 - a.settings[1]);
  const vf beta2 = broadcast(a.beta2), rest2 = broadcast(1 - a.beta2);
  const vf mean = broadcast(a.settings[2]), root = broadcast(sqrtf(a.settings[3]));
  const vf decay = broadcast(a.weight_decay), epsilon = broadcast(a.epsilon);
#define FOVEA_STEP(i, n)                                                                  \
  do {                                                                                    \
    const vf g = load_part(a.gradient + (i), n), old = load_part(a.first + (i), n);       \
    const vf weight = load_part(a.weight + (i), n);                                       \
    const vf first = multiply_add(rest1, g - old, old);                                   \
    const vf second = multiply_add(rest2 * g, g, beta2 * load_part(a.second + (i), n));   \
    const vf deviation = __builtin_elementwise_sqrt(second) / root + epsilon;             \
    store_part(a.new_first + (i), first, n);                                              \
    store_part(a.new_second + (i), second, n);                                            \
    store_part(a.new_weight + (i), multiply_add(decay, weight, first / mean / deviation), n); \
  } while (0)
  FOVEA_FOR_EACH_PART(task, a.count, FOVEA_STEP);
#undef FOVEA_STEP
}

#undef FOVEA_FOR_EACH_PART
