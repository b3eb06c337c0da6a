// conv3d_f32.h: fovea_conv3d.h.

FOVEA_INLINE long volume_of(const long extents[3]) { return extents[0] * extents[1] * extents[2]; }

// The positions start ..< end along an axis whose tap `tap` lies inside the input, the first at `input`.
typedef struct {
  long start, end, input;
} tap_range;

FOVEA_INLINE tap_range range_of_tap(const fovea_conv3d_arguments *p, int axis, long tap) {
  const long stride = p->stride[axis], offset = tap * p->dilation[axis] - p->pad[axis];
  const long start = offset < 0 ? divide_up(-offset, stride) : 0;
  const long last = p->in[axis] - 1 - offset;
  const long end = last < 0 ? 0 : min_of(p->out[axis], last / stride + 1);
  return (tap_range){start, max_of(start, end), start * stride + offset};
}

// A channel of a result and a channel of an input meet in a row for each tap.
typedef struct {
  long count;   // of positions
  long in, in_stride, out;
  long tap;
} row_of_taps;

// Calls BODY for each row in which a tap of the kernel meets the input; `row` is a row_of_taps.
#define FOVEA_FOR_EACH_KERNEL_ROW(p, row, BODY)                                                     \
  for (long i = 0; i < (p)->kernel[0]; i++) {                                                \
    const tap_range depth = range_of_tap(p, 0, i);                                           \
    for (long j = 0; j < (p)->kernel[1]; j++) {                                              \
      const tap_range height = range_of_tap(p, 1, j);                                        \
      for (long k = 0; k < (p)->kernel[2]; k++) {                                            \
        const tap_range width = range_of_tap(p, 2, k);                                       \
        for (long z = depth.start; z < depth.end; z++)                                       \
          for (long y = height.start; y < height.end; y++) {                                 \
            const long in_z = depth.input + (z - depth.start) * (p)->stride[0];              \
            const long in_y = height.input + (y - height.start) * (p)->stride[1];            \
            const row_of_taps row = {                                                        \
                .count = width.end - width.start,                                            \
                .in = (in_z * (p)->in[1] + in_y) * (p)->in[2] + width.input,                 \
                .in_stride = (p)->stride[2],                                                 \
                .out = (z * (p)->out[1] + y) * (p)->out[2] + width.start,                    \
                .tap = (i * (p)->kernel[1] + j) * (p)->kernel[2] + k};                       \
            BODY                                                                             \
          }                                                                                  \
      }                                                                                      \
    }                                                                                        \
  }

static void FOVEA_NAME(conv3d)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_conv3d_arguments *p = arguments;
  const long image = task / p->out_channels, filter = task % p->out_channels;
  const long channels = p->in_channels / p->groups, taps = volume_of(p->kernel);
  const long first = filter / (p->out_channels / p->groups) * channels;
  const long size = volume_of(p->out);
  float *out = p->result + task * size;
  for (long i = 0; i < size; i++) out[i] = p->bias ? p->bias[filter] : 0;
  for (long channel = 0; channel < channels; channel++) {
    const float *in = p->x + (image * p->in_channels + first + channel) * volume_of(p->in);
    const float *weight = p->y + (filter * channels + channel) * taps;
    FOVEA_FOR_EACH_KERNEL_ROW(p, row, {
      const float factor = weight[row.tap];
      if (row.in_stride == 1)
        for (long x = 0; x < row.count; x++) out[row.out + x] += factor * in[row.in + x];
      else
        for (long x = 0; x < row.count; x++)
          out[row.out + x] += factor * in[row.in + x * row.in_stride];
    })
  }
}

static void FOVEA_NAME(conv3d_input_gradient)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_conv3d_arguments *p = arguments;
  const long image = task / p->in_channels, channel = task % p->in_channels;
  const long channels = p->in_channels / p->groups, filters = p->out_channels / p->groups;
  const long taps = volume_of(p->kernel), group = channel / channels, size = volume_of(p->in);
  float *in = p->result + task * size;
  memset(in, 0, (size_t)size * sizeof(float));
  for (long filter = group * filters; filter < (group + 1) * filters; filter++) {
    const float *out = p->x + (image * p->out_channels + filter) * volume_of(p->out);
    const float *weight = p->y + (filter * channels + channel % channels) * taps;
    FOVEA_FOR_EACH_KERNEL_ROW(p, row, {
      const float factor = weight[row.tap];
      if (row.in_stride == 1)
        for (long x = 0; x < row.count; x++) in[row.in + x] += factor * out[row.out + x];
      else
        for (long x = 0; x < row.count; x++)
          in[row.in + x * row.in_stride] += factor * out[row.out + x];
    })
  }
}

static void FOVEA_NAME(conv3d_weight_gradient)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_conv3d_arguments *p = arguments;
  const long channels = p->in_channels / p->groups, taps = volume_of(p->kernel);
  const long filter = task / channels;
  const long channel = filter / (p->out_channels / p->groups) * channels + task % channels;
  float *result = p->result + task * taps;
  // The rows of a tap come one after another, so that a sum need not lie in memory.
  for (long tap = 0; tap < taps; tap++) result[tap] = 0;
  for (long image = 0; image < p->batch; image++) {
    const float *in = p->x + (image * p->in_channels + channel) * volume_of(p->in);
    const float *out = p->y + (image * p->out_channels + filter) * volume_of(p->out);
    double sum = 0;
    long last = -1;
    FOVEA_FOR_EACH_KERNEL_ROW(p, row, {
      if (row.tap != last) {
        if (last >= 0) result[last] += (float)sum;
        sum = 0;
        last = row.tap;
      }
      vf products = zero();
      long x = 0;
      if (row.in_stride == 1)
        for (; x + VW <= row.count; x += VW)
          products = multiply_add(load(in + row.in + x), load(out + row.out + x), products);
      sum += (double)sum_of_lanes(products);
      for (; x < row.count; x++)
        sum += (double)in[row.in + x * row.in_stride] * (double)out[row.out + x];
    })
    if (last >= 0) result[last] += (float)sum;
  }
}

#undef FOVEA_FOR_EACH_KERNEL_ROW
