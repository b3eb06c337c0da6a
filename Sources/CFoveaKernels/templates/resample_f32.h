// resample_f32.h: the kernel of fovea_resample.h.

// One row of the result from its terms' rows, which start at `in`.
FOVEA_INLINE void FOVEA_NAME(resample_row)(
    const fovea_resample_arguments *a, const float *in, long start, long end, float *out) {
  const long inner = a->inner;
  if (end - start == 1 && a->weights[start] == 1) {
    memcpy(out, in + a->indices[start] * inner, (size_t)inner * sizeof(float));
    return;
  }
  if (inner == 1) {
    float sum = start < end ? 0 : a->empty;
    for (long t = start; t < end; t++) sum += a->weights[t] * in[a->indices[t]];
    *out = sum;
    return;
  }
  const vf first = start < end ? zero() : broadcast(a->empty);
  for (long c = 0; c < inner; c += VW) {
    vf sum = first;
    for (long t = start; t < end; t++)
      sum = multiply_add(
          broadcast(a->weights[t]), load_part(in + a->indices[t] * inner + c, inner - c), sum);
    store_part(out + c, sum, inner - c);
  }
}

static void FOVEA_NAME(resample)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_resample_arguments *a = arguments;
  const long each = fovea_resample_rows_per_task(a), all = a->outer * a->out_extent;
  for (long row = task * each; row < all && row < (task + 1) * each; row++) {
    const long i = row % a->out_extent;
    FOVEA_NAME(resample_row)(
        a, a->in + row / a->out_extent * a->in_extent * a->inner, a->starts[i], a->starts[i + 1],
        a->out + row * a->inner);
  }
}
