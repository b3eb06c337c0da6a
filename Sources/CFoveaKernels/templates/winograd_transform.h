// winograd_transform.h: the transformations of winograd_plan.h for one vector of channels.
//
// `tile` is a constant 2 or 4, so that all loops unroll and the arrays are registers. Points of
// interpolation are 0, 1, -1 and infinity for tile 2; 0, a, -a, b, -b and infinity for tile 4, with
// a = sqrt(1/2) and b = sqrt(2), which leave a third of the error of 1 and 2 (A. Lavin and S. Gray,
// arXiv:1509.09308, have the construction).

enum { WINOGRAD_SPAN = 6 };
static const float winograd_a = 0.70710678f, winograd_b = 1.41421356f;

FOVEA_INLINE vf times(float factor, vf x) { return broadcast(factor) * x; }
// factor * a + b
FOVEA_INLINE vf plus_times(vf b, float factor, vf a) {
  return multiply_add(broadcast(factor), a, b);
}

// Bᵀ d
FOVEA_INLINE void source_transform(const vf *d, vf *out, const int tile) {
  if (tile == 2) {
    out[0] = d[0] - d[2];
    out[1] = d[1] + d[2];
    out[2] = d[2] - d[1];
    out[3] = d[1] - d[3];
  } else {
    out[0] = plus_times(d[0] + d[4], -2.5f, d[2]);
    const vf even = plus_times(d[4], -2, d[2]);
    const vf odd = times(winograd_a, plus_times(d[3], -2, d[1]));
    out[1] = even + odd;
    out[2] = even - odd;
    const vf even2 = plus_times(d[4], -0.5f, d[2]);
    const vf odd2 = times(winograd_b, plus_times(d[3], -0.5f, d[1]));
    out[3] = even2 + odd2;
    out[4] = even2 - odd2;
    out[5] = plus_times(d[1] + d[5], -2.5f, d[3]);
  }
}

// Aᵀ m
FOVEA_INLINE void target_transform(const vf *m, vf *out, const int tile) {
  const vf sum = m[1] + m[2], difference = m[1] - m[2];
  if (tile == 2) {
    out[0] = m[0] + sum;
    out[1] = difference - m[3];
  } else {
    const vf sum2 = m[3] + m[4], difference2 = m[3] - m[4];
    out[0] = m[0] + sum + sum2;
    out[1] = plus_times(times(winograd_a, difference), winograd_b, difference2);
    out[2] = plus_times(times(0.5f, sum), 2, sum2);
    out[3] = plus_times(
        plus_times(m[5], winograd_a / 2, difference), winograd_b * 2, difference2);
  }
}

// A g
FOVEA_INLINE void gradient_transform(const vf *g, vf *out, const int tile) {
  if (tile == 2) {
    out[0] = g[0];
    out[1] = g[0] + g[1];
    out[2] = g[0] - g[1];
    out[3] = -g[1];
  } else {
    const vf even = plus_times(g[0], 0.5f, g[2]), even2 = plus_times(g[0], 2, g[2]);
    const vf odd = times(winograd_a, plus_times(g[1], 0.5f, g[3]));
    const vf odd2 = times(winograd_b, plus_times(g[1], 2, g[3]));
    out[0] = g[0];
    out[1] = even + odd;
    out[2] = even - odd;
    out[3] = even2 + odd2;
    out[4] = even2 - odd2;
    out[5] = g[3];
  }
}

// G w
FOVEA_INLINE void weight_transform(const vf *w, vf *out, const int tile) {
  if (tile == 2) {
    const vf outer = w[0] + w[2];
    out[0] = w[0];
    out[1] = times(0.5f, outer + w[1]);
    out[2] = times(0.5f, outer - w[1]);
    out[3] = w[2];
  } else {
    const vf even = times(-2 / 3.0f, plus_times(w[0], 0.5f, w[2]));
    const vf odd = times(-2 / 3.0f * winograd_a, w[1]);
    const vf even2 = times(1 / 6.0f, plus_times(w[0], 2, w[2]));
    const vf odd2 = times(1 / 6.0f * winograd_b, w[1]);
    out[0] = w[0];
    out[1] = even + odd;
    out[2] = even - odd;
    out[3] = even2 + odd2;
    out[4] = even2 - odd2;
    out[5] = w[2];
  }
}

// Gᵀ m
FOVEA_INLINE void weight_gradient_transform(const vf *m, vf *out, const int tile) {
  const vf sum = m[1] + m[2], difference = m[1] - m[2];
  if (tile == 2) {
    out[0] = plus_times(m[0], 0.5f, sum);
    out[1] = times(0.5f, difference);
    out[2] = plus_times(m[3], 0.5f, sum);
  } else {
    const vf sum2 = m[3] + m[4], difference2 = m[3] - m[4];
    out[0] = plus_times(plus_times(m[0], -2 / 3.0f, sum), 1 / 6.0f, sum2);
    out[1] = plus_times(
        times(-2 / 3.0f * winograd_a, difference), 1 / 6.0f * winograd_b, difference2);
    out[2] = plus_times(m[5], 1 / 3.0f, sum2 - sum);
  }
}

// Rows and columns of `in`, [in_extent][in_extent], through a transformation to out_extent:
// `out` is [out_extent][out_extent].
#define FOVEA_WINOGRAD_2D(transform, in, in_extent, out, out_extent, tile)                     \
  do {                                                                                         \
    vf between[WINOGRAD_SPAN][WINOGRAD_SPAN];                                                  \
    _Pragma("clang loop unroll(full)") for (int j = 0; j < (in_extent); j++) {                 \
      vf column[WINOGRAD_SPAN], result[WINOGRAD_SPAN];                                         \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < (in_extent); i++)                 \
          column[i] = (in)[i * (in_extent) + j];                                               \
      transform(column, result, tile);                                                         \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < (out_extent); i++)                \
          between[i][j] = result[i];                                                           \
    }                                                                                          \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < (out_extent); i++)                  \
        transform(between[i], (out) + i * (out_extent), tile);                                 \
  } while (0)

// A tile of `extent` by `extent` pixels whose first lies at (y, x): the address of each, or of
// `nothing` for a pixel outside the image.
FOVEA_INLINE void list_tile_pixels(
    const float *image, long height, long width, long channels, long y, long x, long extent,
    const float *nothing, const float **pixels) {
  for (long i = 0; i < extent; i++)
    for (long j = 0; j < extent; j++) {
      const bool is_inside = y + i >= 0 && y + i < height && x + j >= 0 && x + j < width;
      pixels[i * extent + j] =
          is_inside ? image + ((y + i) * width + x + j) * channels : nothing;
    }
}

// Bᵀ d B of the n channels at c; product p goes to out + p * pitch.
FOVEA_INLINE void transform_source_pixels(
    const float *const *pixels, long c, long n, float *out, long pitch, const int tile) {
  const int span = tile + 2;
  vf d[WINOGRAD_SPAN * WINOGRAD_SPAN], v[WINOGRAD_SPAN * WINOGRAD_SPAN];
#pragma clang loop unroll(full)
  for (int p = 0; p < span * span; p++) d[p] = load_part(pixels[p] + c, n);
  FOVEA_WINOGRAD_2D(source_transform, d, span, v, span, tile);
#pragma clang loop unroll(full)
  for (int p = 0; p < span * span; p++) store_part(out + p * pitch, v[p], n);
}

// A g Aᵀ of the n channels at c, the other lanes zero.
FOVEA_INLINE void transform_gradient_pixels(
    const float *const *pixels, long c, long n, float *out, long pitch, const int tile) {
  const int span = tile + 2;
  vf g[WINOGRAD_SPAN * WINOGRAD_SPAN], v[WINOGRAD_SPAN * WINOGRAD_SPAN];
#pragma clang loop unroll(full)
  for (int p = 0; p < tile * tile; p++) g[p] = load_part(pixels[p] + c, n);
  FOVEA_WINOGRAD_2D(gradient_transform, g, tile, v, span, tile);
#pragma clang loop unroll(full)
  for (int p = 0; p < span * span; p++) store(out + p * pitch, v[p]);
}

// The image and the first target pixel of a tile.
typedef struct {
  long image, y, x;
} tile_position;

FOVEA_INLINE tile_position position_of_tile(const winograd_plan *plan, long tile) {
  const long in_image = tile % (plan->tile_rows * plan->tile_columns);
  return (tile_position){
      .image = tile / (plan->tile_rows * plan->tile_columns),
      .y = in_image / plan->tile_columns * plan->tile,
      .x = in_image % plan->tile_columns * plan->tile};
}

// Sources of tiles first ..< end, to `out` + product * source_pitch + (tile - origin) * source_row.
FOVEA_INLINE void transform_sources(
    const winograd_plan *plan, const float *source, const float *nothing, long first, long end,
    long origin, float *out, const int tile) {
  const float *pixels[WINOGRAD_SPAN * WINOGRAD_SPAN];
  const long channels = plan->source_channels;
  const long image_floats = plan->source_height * plan->source_width * channels;
  for (long t = first; t < end; t++) {
    const tile_position at = position_of_tile(plan, t);
    list_tile_pixels(
        source + at.image * image_floats, plan->source_height, plan->source_width, channels,
        at.y + plan->top, at.x + plan->left, tile + 2, nothing, pixels);
    float *to = out + (t - origin) * plan->source_row;
    long c = 0;
    for (; c + VW <= channels; c += VW)
      transform_source_pixels(pixels, c, VW, to + c, plan->source_pitch, tile);
    if (c < channels)
      transform_source_pixels(pixels, c, channels - c, to + c, plan->source_pitch, tile);
  }
}
