#include "image_reader.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// What one chunk may ask for: a palette, transparency and what zlib needs are far less.
enum { MAXIMUM_CHUNK_BYTES = 1 << 20 };

typedef struct {
  fovea_image_reader base;
  size_t position;
  png_structp png;
  png_infop info;
  jmp_buf escape;
  fovea_image_status status;
  // The caller's, while one of its calls runs.
  fovea_image_report *report;
} png_reader;

static void fail(png_structp png, png_const_charp words) {
  png_reader *reader = png_get_error_ptr(png);
  fovea_image_say(reader->report, words);
  reader->status = FOVEA_IMAGE_DAMAGED;
  longjmp(reader->escape, 1);
}

static void hear(png_structp png, png_const_charp words) {
  png_reader *reader = png_get_error_ptr(png);
  if (reader->report->warnings++ == 0) fovea_image_say(reader->report, words);
}

static void take(png_structp png, png_bytep target, size_t count) {
  png_reader *reader = png_get_io_ptr(png);
  if (count > reader->base.count - reader->position) png_error(png, "the file ends too early");
  memcpy(target, reader->base.bytes + reader->position, count);
  reader->position += count;
}

// Skips chunks that no pixel depends on: packed ones could unfold to any size.
static void skip_ancillary_chunks(png_structp png) {
  static const png_byte names[] =
      "bKGD\0cHRM\0cICP\0cLLI\0eXIf\0gAMA\0hIST\0iCCP\0iTXt\0mDCV\0oFFs\0pCAL\0pHYs\0"
      "sBIT\0sCAL\0sPLT\0sRGB\0sTER\0tEXt\0tIME\0zTXt";
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, names, sizeof names / 5);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
}

fovea_image_status fovea_png_open(
    const uint8_t *bytes, size_t count, uint64_t maximum_pixels, fovea_image_reader **base,
    fovea_image_report *report) {
  png_reader *reader = calloc(1, sizeof *reader);
  if (reader == NULL) return FOVEA_IMAGE_MEMORY;
  *base = &reader->base;
  reader->base.format = FOVEA_IMAGE_PNG;
  reader->base.bytes = bytes;
  reader->base.count = count;
  reader->report = report;
  if (setjmp(reader->escape)) return reader->status;

  reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, fail, hear);
  if (reader->png == NULL) return FOVEA_IMAGE_MEMORY;
  png_structp png = reader->png;
  reader->info = png_create_info_struct(png);
  if (reader->info == NULL) return FOVEA_IMAGE_MEMORY;
  // The limit on pixels is ours; a side may be as long as the format allows.
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_chunk_malloc_max(png, MAXIMUM_CHUNK_BYTES);
  skip_ancillary_chunks(png);
  png_set_read_fn(png, reader, take);
  png_read_info(png, reader->info);

  bool has_alpha = (png_get_color_type(png, reader->info) & PNG_COLOR_MASK_ALPHA) != 0 ||
                   png_get_valid(png, reader->info, PNG_INFO_tRNS) != 0;
  bool is_grey = (png_get_color_type(png, reader->info) & PNG_COLOR_MASK_COLOR) == 0;
  reader->base.header = (fovea_image_header){
      .width = png_get_image_width(png, reader->info),
      .height = png_get_image_height(png, reader->info),
      .channels = has_alpha ? 4 : is_grey ? 1 : 3,
      .bits = png_get_bit_depth(png, reader->info),
  };
  return fovea_image_fits(&reader->base.header, maximum_pixels) ? FOVEA_IMAGE_OK
                                                                : FOVEA_IMAGE_SIZE;
}

fovea_image_status fovea_png_read(
    fovea_image_reader *base, uint8_t *pixels, fovea_image_report *report) {
  png_reader *reader = (png_reader *)base;
  png_structp png = reader->png;
  reader->report = report;
  if (setjmp(reader->escape)) return reader->status;

  // Palettes to colours, 1, 2 and 4 bits to 8, transparency to alpha, 16 bits to their upper 8.
  png_set_expand(png);
  png_set_strip_16(png);
  if (base->header.channels == 4) png_set_gray_to_rgb(png);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, reader->info);
  size_t row_bytes = (size_t)base->header.width * (size_t)base->header.channels;
  if (png_get_rowbytes(png, reader->info) != row_bytes) {
    png_error(png, "its rows are not as long as its header says");
  }
  // Each pass of an interlaced picture completes the rows that earlier ones left.
  for (int pass = 0; pass < passes; pass++) {
    for (size_t y = 0; y < base->header.height; y++) {
      png_read_row(png, pixels + y * row_bytes, NULL);
    }
  }
  png_read_end(png, NULL);
  return FOVEA_IMAGE_OK;
}

void fovea_png_close(fovea_image_reader *base) {
  png_reader *reader = (png_reader *)base;
  png_destroy_read_struct(&reader->png, &reader->info, NULL);
  free(reader);
}
