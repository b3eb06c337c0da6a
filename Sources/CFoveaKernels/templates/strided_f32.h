// strided_f32.h: the kernels of fovea_strided.h.
//
// A task walks the dense numbering of the indices: row by row of the innermost axis, with the offsets of
// a row kept up like an odometer.

typedef struct {
  long index[fovea_strided_max_rank];
  long a, b, out;
} FOVEA_NAME(odometer);

static void FOVEA_NAME(odometer_set)(
    FOVEA_NAME(odometer) *o, const fovea_strided_arguments *s, long element) {
  *o = (FOVEA_NAME(odometer)){{0}, 0, 0, 0};
  for (long axis = s->rank - 1; axis >= 0; axis--) {
    const long i = element % s->extents[axis];
    element /= s->extents[axis];
    o->index[axis] = i;
    o->a += i * s->a_strides[axis];
    o->b += i * s->b_strides[axis];
    o->out += i * s->out_strides[axis];
  }
}

// To the start of the next row.
static void FOVEA_NAME(odometer_next_row)(
    FOVEA_NAME(odometer) *o, const fovea_strided_arguments *s) {
  long axis = s->rank - 1;
  o->a -= o->index[axis] * s->a_strides[axis];
  o->b -= o->index[axis] * s->b_strides[axis];
  o->out -= o->index[axis] * s->out_strides[axis];
  o->index[axis] = 0;
  for (axis -= 1; axis >= 0; axis--) {
    o->index[axis] += 1;
    o->a += s->a_strides[axis];
    o->b += s->b_strides[axis];
    o->out += s->out_strides[axis];
    if (o->index[axis] < s->extents[axis]) return;
    o->a -= s->extents[axis] * s->a_strides[axis];
    o->b -= s->extents[axis] * s->b_strides[axis];
    o->out -= s->extents[axis] * s->out_strides[axis];
    o->index[axis] = 0;
  }
}

static long FOVEA_NAME(strided_count)(const fovea_strided_arguments *s) {
  long count = 1;
  for (long axis = 0; axis < s->rank; axis++) count *= s->extents[axis];
  return count;
}

// Defines a kernel that joins the elements of a and b, on vectors where rows are dense: JOIN two vectors
// or JOIN_ONE two numbers.
#define FOVEA_BROADCAST(name, JOIN, JOIN_ONE)                                                        \
  static void FOVEA_NAME(name)(const void *arguments, void *scratch, long task) {              \
    (void)scratch;                                                                             \
    const fovea_strided_arguments *s = arguments;                                              \
    const long last = s->rank - 1, row = s->extents[last];                                     \
    const long a_stride = s->a_strides[last], b_stride = s->b_strides[last];                   \
    const fovea_range range = fovea_chunk(task, FOVEA_NAME(strided_count)(s));                 \
    FOVEA_NAME(odometer) o;                                                                    \
    FOVEA_NAME(odometer_set)(&o, s, range.start);                                              \
    for (long element = range.start; element < range.end;) {                                   \
      const long rest = row - o.index[last];                                                   \
      const long n = rest < range.end - element ? rest : range.end - element;                  \
      const float *a = s->a + o.a, *b = s->b + o.b;                                            \
      float *out = s->out + element;                                                           \
      long i = 0;                                                                              \
      if (a_stride == 1 && b_stride == 1) {                                                    \
        for (; i + VW <= n; i += VW) store(out + i, JOIN(load(a + i), load(b + i)));           \
      } else if (a_stride == 1 && b_stride == 0) {                                             \
        const vf right = broadcast(*b);                                                        \
        for (; i + VW <= n; i += VW) store(out + i, JOIN(load(a + i), right));                 \
      } else if (a_stride == 0 && b_stride == 1) {                                             \
        const vf left = broadcast(*a);                                                         \
        for (; i + VW <= n; i += VW) store(out + i, JOIN(left, load(b + i)));                  \
      }                                                                                        \
      for (; i < n; i++) out[i] = JOIN_ONE(a[i * a_stride], b[i * b_stride]);                  \
      element += n;                                                                            \
      FOVEA_NAME(odometer_next_row)(&o, s);                                                    \
    }                                                                                          \
  }

#define FOVEA_SUM(a, b) ((a) + (b))
#define FOVEA_DIFFERENCE(a, b) ((a) - (b))
#define FOVEA_PRODUCT(a, b) ((a) * (b))
#define FOVEA_QUOTIENT(a, b) ((a) / (b))

FOVEA_INLINE float prelu_of_one(float x, float slope) { return x > 0 ? x : slope * x; }

FOVEA_INLINE vf minimum(vf a, vf b) { return choose((a < b) | (a != a), a, b); }
FOVEA_INLINE float maximum_of_one(float a, float b) { return a > b || a != a ? a : b; }
FOVEA_INLINE float minimum_of_one(float a, float b) { return a < b || a != a ? a : b; }

FOVEA_BROADCAST(broadcast_add, FOVEA_SUM, FOVEA_SUM)
FOVEA_BROADCAST(broadcast_subtract, FOVEA_DIFFERENCE, FOVEA_DIFFERENCE)
FOVEA_BROADCAST(broadcast_multiply, FOVEA_PRODUCT, FOVEA_PRODUCT)
FOVEA_BROADCAST(broadcast_divide, FOVEA_QUOTIENT, FOVEA_QUOTIENT)
FOVEA_BROADCAST(broadcast_maximum, maximum, maximum_of_one)
FOVEA_BROADCAST(broadcast_minimum, minimum, minimum_of_one)
FOVEA_BROADCAST(broadcast_prelu, leaky_relu_of, prelu_of_one)

#undef FOVEA_SUM
#undef FOVEA_DIFFERENCE
#undef FOVEA_PRODUCT
#undef FOVEA_QUOTIENT
#undef FOVEA_BROADCAST

static void FOVEA_NAME(strided_copy)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_strided_arguments *s = arguments;
  const long last = s->rank - 1, row = s->extents[last];
  const long a_stride = s->a_strides[last], out_stride = s->out_strides[last];
  const float scale = s->scale;
  const fovea_range range = fovea_chunk(task, FOVEA_NAME(strided_count)(s));
  FOVEA_NAME(odometer) o;
  FOVEA_NAME(odometer_set)(&o, s, range.start);
  for (long element = range.start; element < range.end;) {
    const long rest = row - o.index[last];
    const long n = rest < range.end - element ? rest : range.end - element;
    const float *a = s->a + o.a;
    float *out = s->out + o.out;
    if (a_stride == 1 && out_stride == 1 && scale == 1) {
      memcpy(out, a, (size_t)n * sizeof(float));
    } else if (scale == 1) {
      for (long i = 0; i < n; i++) out[i * out_stride] = a[i * a_stride];
    } else {
      for (long i = 0; i < n; i++) out[i * out_stride] = scale * a[i * a_stride];
    }
    element += n;
    FOVEA_NAME(odometer_next_row)(&o, s);
  }
}
