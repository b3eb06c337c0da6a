// deformable_f32.h: the kernels of fovea_deformable.h. Included after unpool2d_f32.h.
//
// A tap's pixels are found once and serve all channels of its group.

// Four pixels around a place, top left, top right, bottom left, bottom right, or -1 for one outside the image, and
// how far the place lies below and to the right of the first.
typedef struct {
  long pixels[4];
  float down, right;
} FOVEA_NAME(deformed_place);

// `position` counts results of the whole batch.
FOVEA_INLINE FOVEA_NAME(deformed_place) FOVEA_NAME(place_of)(
    const fovea_deformable_arguments *a, long position, long group, long tap) {
  const long taps = a->kernel_height * a->kernel_width;
  const float *offset = a->offset + ((position * a->groups + group) * taps + tap) * 2;
  const long row = position / a->out_width % a->out_height, column = position % a->out_width;
  const float y = offset[0] +
                  (float)(row * a->stride_height - a->pad_top +
                          tap / a->kernel_width * a->dilation_height);
  const float x = offset[1] +
                  (float)(column * a->stride_width - a->pad_left +
                          tap % a->kernel_width * a->dilation_width);
  FOVEA_NAME(deformed_place) place = {{-1, -1, -1, -1}, 0, 0};
  // False for NaN as well.
  if (!(y > -1 && x > -1 && y < (float)a->in_height && x < (float)a->in_width)) return place;
  const long top = (long)y - (y < 0), left = (long)x - (x < 0);
  place.down = y - (float)top;
  place.right = x - (float)left;
  for (long i = 0; i < 4; i++) {
    const long below = top + i / 2, beside = left + i % 2;
    if (below >= 0 && below < a->in_height && beside >= 0 && beside < a->in_width)
      place.pixels[i] = below * a->in_width + beside;
  }
  return place;
}

// The parts that the four pixels have in the one between them.
FOVEA_INLINE void FOVEA_NAME(parts_of)(const FOVEA_NAME(deformed_place) *place, float parts[4]) {
  parts[0] = (1 - place->down) * (1 - place->right);
  parts[1] = (1 - place->down) * place->right;
  parts[2] = place->down * (1 - place->right);
  parts[3] = place->down * place->right;
}

FOVEA_INLINE float FOVEA_NAME(mask_of)(
    const fovea_deformable_arguments *a, long position, long group, long tap) {
  const long taps = a->kernel_height * a->kernel_width;
  return a->mask ? a->mask[(position * a->groups + group) * taps + tap] : 1;
}

static void FOVEA_NAME(deformable_sample)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_deformable_arguments *a = arguments;
  const long taps = a->kernel_height * a->kernel_width, channels = a->channels;
  const long each = channels / a->groups;
  const float *image = a->in + task / a->out_height * a->in_height * a->in_width * channels;
  for (long position = task * a->out_width; position < (task + 1) * a->out_width; position++)
    for (long group = 0; group < a->groups; group++)
      for (long tap = 0; tap < taps; tap++) {
        const FOVEA_NAME(deformed_place) place = FOVEA_NAME(place_of)(a, position, group, tap);
        const float mask = FOVEA_NAME(mask_of)(a, position, group, tap);
        float parts[4];
        FOVEA_NAME(parts_of)(&place, parts);
        for (long c = group * each; c < (group + 1) * each; c++) {
          float value = 0;
          for (long i = 0; i < 4; i++)
            if (place.pixels[i] >= 0) value += parts[i] * image[place.pixels[i] * channels + c];
          a->out[(position * channels + c) * taps + tap] = mask * value;
        }
      }
}

static void FOVEA_NAME(deformable_input_gradient)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_deformable_arguments *a = arguments;
  const long taps = a->kernel_height * a->kernel_width, channels = a->channels;
  const long each = channels / a->groups, pixels = a->in_height * a->in_width;
  const long positions = a->out_height * a->out_width;
  const FOVEA_NAME(channel_block) block = FOVEA_NAME(block_of)(task, channels);
  float *out = a->out + block.image * pixels * channels;
  for (long pixel = 0; pixel < pixels; pixel++)
    memset(
        out + pixel * channels + block.start, 0,
        (size_t)(block.end - block.start) * sizeof(float));
  for (long i = 0; i < positions; i++)
    for (long group = block.start / each; group * each < block.end; group++)
      for (long tap = 0; tap < taps; tap++) {
        const long position = block.image * positions + i;
        const FOVEA_NAME(deformed_place) place = FOVEA_NAME(place_of)(a, position, group, tap);
        const float mask = FOVEA_NAME(mask_of)(a, position, group, tap);
        float parts[4];
        FOVEA_NAME(parts_of)(&place, parts);
        const long start = max_of(block.start, group * each);
        const long end = min_of(block.end, (group + 1) * each);
        for (long k = 0; k < 4; k++)
          if (place.pixels[k] >= 0)
            for (long c = start; c < end; c++)
              out[place.pixels[k] * channels + c] +=
                  parts[k] * mask * a->gradient[(position * channels + c) * taps + tap];
      }
}

static void FOVEA_NAME(deformable_offset_gradient)(
    const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_deformable_arguments *a = arguments;
  const long taps = a->kernel_height * a->kernel_width, channels = a->channels;
  const long each = channels / a->groups;
  const float *image = a->in + task / a->out_height * a->in_height * a->in_width * channels;
  for (long position = task * a->out_width; position < (task + 1) * a->out_width; position++)
    for (long group = 0; group < a->groups; group++)
      for (long tap = 0; tap < taps; tap++) {
        const FOVEA_NAME(deformed_place) place = FOVEA_NAME(place_of)(a, position, group, tap);
        const float mask = FOVEA_NAME(mask_of)(a, position, group, tap);
        float parts[4], down = 0, right = 0, value = 0;
        FOVEA_NAME(parts_of)(&place, parts);
        for (long c = group * each; c < (group + 1) * each; c++) {
          const float gradient = a->gradient[(position * channels + c) * taps + tap];
          float p[4];
          for (long i = 0; i < 4; i++)
            p[i] = place.pixels[i] >= 0 ? image[place.pixels[i] * channels + c] : 0;
          down += gradient * ((1 - place.right) * (p[2] - p[0]) + place.right * (p[3] - p[1]));
          right += gradient * ((1 - place.down) * (p[1] - p[0]) + place.down * (p[3] - p[2]));
          for (long i = 0; i < 4; i++) value += gradient * parts[i] * p[i];
        }
        const long index = (position * a->groups + group) * taps + tap;
        a->out[2 * index] = mask * down;
        a->out[2 * index + 1] = mask * right;
        if (a->mask_out) a->mask_out[index] = value;
      }
}
