// peak_f32.h: the kernel of fovea_peak.h.

static void FOVEA_NAME(peak)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_peak_arguments *a = arguments;
  const vf ratio = broadcast(a->ratio), step = broadcast(a->step);
  vf sum[fovea_peak_sums];
#pragma clang loop unroll(full)
  for (int i = 0; i < fovea_peak_sums; i++) sum[i] = broadcast((float)i);
  for (long round = 0; round < a->rounds; round++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < fovea_peak_sums; i++) sum[i] = multiply_add(ratio, sum[i], step);
  }
  vf total = sum[0];
#pragma clang loop unroll(full)
  for (int i = 1; i < fovea_peak_sums; i++) total += sum[i];
  a->out[task] = total[0];
}
