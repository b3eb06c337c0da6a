// condition_f32.h: the kernels of fovea_condition.h.

static void FOVEA_NAME(all_finite)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_all_finite_arguments *a = arguments;
  const fovea_range range = fovea_chunk(task, a->count);
  vi wrong = {0};
  for (long i = range.start; i < range.end; i += VW) {
    const vi bits = (vi)load_part(a->in + i, range.end - i);
    wrong |= (bits & 0x7f800000) == 0x7f800000;
  }
  float all = 1;
  for (long lane = 0; lane < VW; lane++)
    if (wrong[lane]) all = 0;
  a->out[task] = all;
}

static void FOVEA_NAME(all_finite_join)(const void *arguments, void *scratch, long task) {
  (void)scratch, (void)task;
  const fovea_all_finite_arguments *a = arguments;
  float all = 1;
  for (long i = 0; i < a->count; i++)
    if (a->in[i] == 0) all = 0;
  a->out[0] = all;
}

static void FOVEA_NAME(select)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_select_arguments *a = arguments;
  const float *chosen = a->condition[0] != 0 ? a->in : a->other;
  const fovea_range range = fovea_chunk(task, a->count);
  if (chosen != a->out)
    memcpy(
        a->out + range.start, chosen + range.start,
        (size_t)(range.end - range.start) * sizeof(float));
}
