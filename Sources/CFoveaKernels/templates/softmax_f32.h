// softmax_f32.h: the kernels of fovea_softmax.h.

// The sum of exp(in - largest) over n contiguous numbers; the terms go to `out` unless it is NULL.
FOVEA_INLINE double exponential_sum(const float *in, long n, float largest, float *out) {
  vd sum = {0};
  for (long i = 0; i < n; i += VW) {
    const vf x = load_part_or(in + i, n - i, -INFINITY) - broadcast(largest);
    const vf e = exponential_of(x);
    if (out) store_part(out + i, e, n - i);
    // What lies behind the row counts for nothing, also where `largest` is an infinity or NaN.
    sum += __builtin_convertvector(n - i < VW ? choose(part_mask(n - i), e, zero()) : e, vd);
  }
  return total_of_lanes(&sum);
}

// The softmax of one row of contiguous numbers, or its logarithm.
FOVEA_INLINE void softmax_row(const float *in, long n, bool wants_logarithm, float *out) {
  const float largest = largest_of(in, n);
  const double sum = exponential_sum(in, n, largest, wants_logarithm ? NULL : out);
  const vf inverse = broadcast((float)(1 / sum)), logarithm = broadcast((float)log(sum));
  for (long i = 0; i < n; i += VW) {
    const vf x = wants_logarithm ? load_part(in + i, n - i) - broadcast(largest) - logarithm
                                 : load_part(out + i, n - i) * inverse;
    store_part(out + i, x, n - i);
  }
}

// The same of n <= VW neighbouring rows whose numbers lie `stride` apart.
FOVEA_INLINE void softmax_rows(
    const float *in, long length, long stride, long n, bool wants_logarithm, float *out) {
  vf largest = broadcast(-INFINITY);
  for (long i = 0; i < length; i++) largest = maximum(load_part(in + i * stride, n), largest);
  vd sum = {0};
  for (long i = 0; i < length; i++) {
    const vf e = exponential_of(load_part(in + i * stride, n) - largest);
    if (!wants_logarithm) store_part(out + i * stride, e, n);
    sum += __builtin_convertvector(e, vd);
  }
  vf factor;
  for (long lane = 0; lane < VW; lane++)
    factor[lane] = (float)(wants_logarithm ? log(sum[lane]) : 1 / sum[lane]);
  for (long i = 0; i < length; i++) {
    float *place = out + i * stride;
    const vf x = wants_logarithm ? load_part(in + i * stride, n) - largest - factor
                                 : load_part(place, n) * factor;
    store_part(place, x, n);
  }
}

FOVEA_INLINE void softmax_task(const void *arguments, long task, bool wants_logarithm) {
  const fovea_softmax_arguments *a = arguments;
  const long each = fovea_softmax_rows_per_task(a->length), stride = a->inner;
  const long end = min_of((task + 1) * each, a->outer * stride);
  for (long row = task * each, n; row < end; row += n) {
    const long offset = row / stride * a->length * stride + row % stride;
    n = min_of(min_of(VW, stride - row % stride), end - row);
    if (stride == 1)
      softmax_row(a->in + offset, a->length, wants_logarithm, a->out + offset);
    else
      softmax_rows(a->in + offset, a->length, stride, n, wants_logarithm, a->out + offset);
  }
}

static void FOVEA_NAME(softmax)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  softmax_task(arguments, task, false);
}

static void FOVEA_NAME(log_softmax)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  softmax_task(arguments, task, true);
}
