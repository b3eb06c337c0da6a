// channel_loops.h: loops over blocks of [rows][channels], a vector of channels at a time.

// Calls BODY(c, n) for the n <= VW channels at c.
#define FOVEA_FOR_EACH_CHANNELS(channels, BODY)              \
  do {                                                       \
    long c = 0;                                              \
    for (; c + VW <= (channels); c += VW) BODY(c, VW);       \
    if (c < (channels)) BODY(c, (channels) - c);             \
  } while (0)

// Calls TERM(row, sums) for the rows of a block with four sums in turn, as one alone would wait for its
// own last addition; TERM adds to sums[0], and to sums[4] where there are two of them.
#define FOVEA_FOR_EACH_ROW(rows, sums, TERM)                 \
  do {                                                       \
    long row = (rows).start;                                 \
    for (; row + 4 <= (rows).end; row += 4) {                \
      TERM(row, sums);                                       \
      TERM(row + 1, (sums) + 1);                             \
      TERM(row + 2, (sums) + 2);                             \
      TERM(row + 3, (sums) + 3);                             \
    }                                                        \
    for (; row < (rows).end; row++) TERM(row, sums);         \
  } while (0)

FOVEA_INLINE vf sum_of_four(const vf sums[4]) { return (sums[0] + sums[1]) + (sums[2] + sums[3]); }
