// conv2d_region.h: the part of an image that a task of a convolution reads, with its padding.

// The last vector reaches back over floats that are done.
FOVEA_INLINE void copy_floats(float *to, const float *from, long count) {
  if (count < VW) {
    for (long i = 0; i < count; i++) to[i] = from[i];
    return;
  }
  for (long i = 0; i < count - VW; i += VW) store(to + i, load(from + i));
  store(to + count - VW, load(from + count - VW));
}

FOVEA_INLINE void clear_floats(float *to, long count) {
  if (count < VW) {
    for (long i = 0; i < count; i++) to[i] = 0;
    return;
  }
  for (long i = 0; i < count - VW; i += VW) store(to + i, zero());
  store(to + count - VW, zero());
}

// One row inside the image: `columns` pixels from `x`, those outside as zeros.
FOVEA_INLINE void copy_region_row(
    const conv2d_plan *plan, const float *row, long x, long columns, float *to) {
  const long channels = plan->group_source, pitch = plan->source_channels;
  const long before = min_of(columns, max_of(0, -x));
  const long end = max_of(before, min_of(columns, plan->width.source - x));
  const long to_pitch = plan->pixel_pitch;
  clear_floats(to, before * to_pitch);
  if (channels == pitch && channels == to_pitch) {
    copy_floats(to + before * channels, row + (x + before) * channels, (end - before) * channels);
  } else {
    for (long i = before; i < end; i++)
      copy_floats(to + i * to_pitch, row + (x + i) * pitch, channels);
  }
  clear_floats(to + end * to_pitch, (columns - end) * to_pitch);
}

// What a task reads for `images` images from `image`, `rows` rows of positions from `row`: the
// address of its first pixel, from which the pitches of `plan` count. Copied to `region` where the
// plan says so.
FOVEA_INLINE const float *read_region(
    const conv2d_plan *plan, const float *source, long image, long images, long row, long rows,
    long group, float *region) {
  const conv2d_axis *height = &plan->height, *width = &plan->width;
  const long first_row = height->origin + row * height->step;
  const long row_floats = width->source * plan->source_channels;
  const long image_floats = height->source * row_floats;
  if (!plan->copies)
    return source + image * image_floats + first_row * row_floats +
        width->origin * plan->source_channels;
  const long columns = (width->positions - 1) * width->step + width->span;
  const long region_rows = (rows - 1) * height->step + height->span;
  for (long i = 0; i < images; i++)
    for (long r = 0; r < region_rows; r++) {
      const long y = first_row + r;
      const float *from = source + (image + i) * image_floats + group * plan->group_source;
      float *to = region + i * plan->image_pitch + r * plan->row_pitch;
      if (y < 0 || y >= height->source) clear_floats(to, columns * plan->pixel_pitch);
      else copy_region_row(plan, from + y * row_floats, width->origin, columns, to);
    }
  return region;
}

// The offset in a region of each (tap, channel) of a phase, in the order in which weights are
// packed; returns how many.
FOVEA_INLINE long list_taps(
    const conv2d_plan *plan, conv2d_taps rows, conv2d_taps columns, long *offsets) {
  long count = 0;
  for (long r = 0; r < rows.count; r++)
    for (long s = 0; s < columns.count; s++) {
      const long tap = (rows.offset + r * rows.offset_step) * plan->row_pitch +
          (columns.offset + s * columns.offset_step) * plan->pixel_pitch;
      for (long i = 0; i < plan->group_source; i++) offsets[count++] = tap + i;
    }
  return count;
}
