// reduce_f32.h: the kernels of fovea_reduce.h.

// Sums of one block of rows, each column for itself: runs of 64 rows in float, the runs in double.
static void FOVEA_NAME(reduce_rows_partial)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_reduce_rows_arguments *a = arguments;
  const long columns = a->columns, each = fovea_reduce_block_rows(columns);
  const long start = task * each, end = start + each < a->rows ? start + each : a->rows;
  const float *in = a->in;
  double *sums = a->workspace + task * columns;
  for (long column = 0; column < columns; column++) sums[column] = 0;
  for (long run = start; run < end; run += 64) {
    const long stop = run + 64 < end ? run + 64 : end;
    for (long column = 0, n; column < columns; column += n) {
      n = min_of(VW, columns - column);
      vf sum = zero();
      if (n == VW)
        for (long row = run; row < stop; row++) sum += load(in + row * columns + column);
      else
        for (long row = run; row < stop; row++) sum += load_part(in + row * columns + column, n);
      for (long lane = 0; lane < n; lane++) sums[column + lane] += (double)sum[lane];
    }
  }
}

static void FOVEA_NAME(reduce_rows_combine)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  (void)task;
  const fovea_reduce_rows_arguments *a = arguments;
  const long blocks = fovea_reduce_blocks(a->rows, a->columns);
  for (long column = 0; column < a->columns; column++) {
    double sum = 0;
    for (long block = 0; block < blocks; block++) sum += a->workspace[block * a->columns + column];
    a->out[column] = (float)(sum * (double)a->scale);
  }
}

// Where element `element` of a dense numbering lies.
FOVEA_INLINE long reduce_offset(
    long element, const long *extents, const long *strides, long rank) {
  long offset = 0;
  for (long axis = rank - 1; axis >= 0; axis--) {
    offset += element % extents[axis] * strides[axis];
    element /= extents[axis];
  }
  return offset;
}

// The elements kept ..< kept + n that are made together, of a task that ends at `end`. In the input,
// the first begins at `base`, and the others follow it.
typedef struct {
  long kept, n, end, base;
} reduce_group;

FOVEA_INLINE reduce_group group_at(const fovea_reduce_arguments *a, long kept, long end) {
  const long row = fovea_reduce_keeps_neighbours(a) ? a->kept_extents[a->kept_rank - 1] : 1;
  return (reduce_group){
      kept, min_of(min_of(VW, row - kept % row), end - kept), end,
      reduce_offset(kept, a->kept_extents, a->kept_strides, a->kept_rank)};
}

// The first group of a task; the last is followed by one with n == 0.
FOVEA_INLINE reduce_group first_group(const fovea_reduce_arguments *a, long task) {
  const long each = fovea_reduce_kept_per_task(a);
  return group_at(
      a, task * each,
      min_of((task + 1) * each, fovea_reduce_count(a->kept_extents, a->kept_rank)));
}

FOVEA_INLINE reduce_group next_group(const fovea_reduce_arguments *a, reduce_group group) {
  return group_at(a, group.kept + group.n, group.end);
}

// The runs along the innermost reduced axis that make up the elements of a group.
typedef struct {
  long count, extent, stride;
  bool are_contiguous;
} reduce_runs;

FOVEA_INLINE reduce_runs runs_of(const fovea_reduce_arguments *a) {
  const long last = a->reduced_rank - 1;
  if (last < 0) return (reduce_runs){1, 1, 0, false};
  return (reduce_runs){
      fovea_reduce_count(a->reduced_extents, last), a->reduced_extents[last],
      a->reduced_strides[last], fovea_reduce_runs_are_contiguous(a)};
}

FOVEA_INLINE long run_at(const fovea_reduce_arguments *a, reduce_group group, long run) {
  return group.base
         + reduce_offset(run, a->reduced_extents, a->reduced_strides, max_of(a->reduced_rank - 1, 0));
}

// Adds `extent` contiguous numbers to the sums of all lanes, 64 of a lane at a time in float.
FOVEA_INLINE void sum_along(const float *in, long extent, vd *sums) {
  long i = 0;
  for (; i + 64 * VW <= extent; i += 64 * VW) {
    vf four[4] = {zero(), zero(), zero(), zero()};
    for (long j = 0; j < 64 * VW; j += 4 * VW)
      for (long k = 0; k < 4; k++) four[k] += load(in + i + j + k * VW);
    *sums += __builtin_convertvector((four[0] + four[1]) + (four[2] + four[3]), vd);
  }
  vf sum = zero();
  for (; i < extent; i += VW) sum += load_part(in + i, extent - i);
  *sums += __builtin_convertvector(sum, vd);
}

// Adds `extent` rows of n numbers that lie `stride` apart to n sums, 64 at a time in float.
FOVEA_INLINE void sum_across(const float *in, long extent, long stride, long n, vd *sums) {
  for (long start = 0; start < extent; start += 64) {
    const long end = min_of(start + 64, extent);
    vf sum = zero();
    for (long i = start; i < end; i++) sum += load_part(in + i * stride, n);
    *sums += __builtin_convertvector(sum, vd);
  }
}

static void FOVEA_NAME(reduce_sum)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_reduce_arguments *a = arguments;
  const reduce_runs runs = runs_of(a);
  for (reduce_group group = first_group(a, task); group.n > 0; group = next_group(a, group)) {
    vd sums = {0};
    for (long run = 0; run < runs.count; run++) {
      const float *in = a->in + run_at(a, group, run);
      if (runs.are_contiguous)
        sum_along(in, runs.extent, &sums);
      else if (group.n == VW)
        sum_across(in, runs.extent, runs.stride, VW, &sums);
      else
        sum_across(in, runs.extent, runs.stride, group.n, &sums);
    }
    if (runs.are_contiguous) sums[0] = total_of_lanes(&sums);
    for (long lane = 0; lane < group.n; lane++)
      a->out[group.kept + lane] = (float)(sums[lane] * (double)a->scale);
  }
}

static void FOVEA_NAME(reduce_max)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_reduce_arguments *a = arguments;
  const reduce_runs runs = runs_of(a);
  for (reduce_group group = first_group(a, task); group.n > 0; group = next_group(a, group)) {
    vf largest = broadcast(-INFINITY);
    for (long run = 0; run < runs.count; run++) {
      const float *in = a->in + run_at(a, group, run);
      if (runs.are_contiguous)
        largest = maximum(broadcast(largest_of(in, runs.extent)), largest);
      else
        for (long i = 0; i < runs.extent; i++)
          largest = maximum(load_part(in + i * runs.stride, group.n), largest);
    }
    store_part(a->out + group.kept, largest, group.n);
  }
}

static void FOVEA_NAME(max_gradient)(const void *arguments, void *scratch, long task) {
  (void)scratch;
  const fovea_reduce_arguments *a = arguments;
  const reduce_runs runs = runs_of(a);
  for (reduce_group group = first_group(a, task); group.n > 0; group = next_group(a, group)) {
    // One element's run is walked a vector at a time, several elements' runs a place at a time.
    const long step = runs.are_contiguous ? VW : 1, pitch = runs.are_contiguous ? 1 : runs.stride;
    vf largest = load_part(a->largest + group.kept, group.n);
    vf gradient = load_part(a->gradient + group.kept, group.n);
    if (runs.are_contiguous) largest = broadcast(largest[0]), gradient = broadcast(gradient[0]);

    vi ties = {0};
    for (long run = 0; run < runs.count; run++) {
      const float *in = a->in + run_at(a, group, run);
      for (long i = 0; i < runs.extent; i += step) {
        const long n = runs.are_contiguous ? min_of(VW, runs.extent - i) : group.n;
        ties -= (load_part(in + i * pitch, n) == largest) & part_mask(n);
      }
    }
    if (runs.are_contiguous) {
      int32_t count = 0;
      for (long lane = 0; lane < VW; lane++) count += ties[lane];
      ties = (vi){0} + count;
    }

    const vf share = gradient / __builtin_convertvector(ties, vf);
    const vf rest = choose(largest == largest, zero(), broadcast(NAN));
    for (long run = 0; run < runs.count; run++) {
      const long place = run_at(a, group, run);
      for (long i = 0; i < runs.extent; i += step) {
        const long n = runs.are_contiguous ? min_of(VW, runs.extent - i) : group.n;
        const vf x = load_part(a->in + place + i * pitch, n);
        store_part(a->out + place + i * pitch, choose(x == largest, share, rest), n);
      }
    }
  }
}
