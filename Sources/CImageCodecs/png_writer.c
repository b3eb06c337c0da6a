#include "image_reader.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  png_structp png;
  png_infop info;
  jmp_buf escape;
  uint8_t *bytes;
  size_t count;
  size_t capacity;
  fovea_image_report *report;
} png_writer;

static void fail(png_structp png, png_const_charp words) {
  png_writer *writer = png_get_error_ptr(png);
  fovea_image_say(writer->report, words);
  longjmp(writer->escape, 1);
}

static void stay_silent(png_structp png, png_const_charp words) {
  (void)png;
  (void)words;
}

static void append(png_structp png, png_bytep bytes, size_t count) {
  png_writer *writer = png_get_io_ptr(png);
  if (count > writer->capacity - writer->count) {
    size_t capacity = 2 * writer->capacity + count + 4096;
    uint8_t *larger = realloc(writer->bytes, capacity);
    if (larger == NULL) png_error(png, "memory was refused");
    writer->bytes = larger;
    writer->capacity = capacity;
  }
  memcpy(writer->bytes + writer->count, bytes, count);
  writer->count += count;
}

static void flush(png_structp png) { (void)png; }

static fovea_image_status write_file(
    png_writer *writer, const uint8_t *pixels, uint32_t width, uint32_t height, int32_t channels,
    int32_t level) {
  if (setjmp(writer->escape)) return FOVEA_IMAGE_UNSUPPORTED;
  writer->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, writer, fail, stay_silent);
  if (writer->png == NULL) return FOVEA_IMAGE_MEMORY;
  png_structp png = writer->png;
  writer->info = png_create_info_struct(png);
  if (writer->info == NULL) return FOVEA_IMAGE_MEMORY;
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_write_fn(png, writer, append, flush);
  png_set_compression_level(png, level);
  int type = channels == 1 ? PNG_COLOR_TYPE_GRAY
             : channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_RGB_ALPHA;
  png_set_IHDR(
      png, writer->info, width, height, 8, type, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
      PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, writer->info);
  for (size_t y = 0; y < height; y++) {
    png_write_row(png, pixels + y * width * (size_t)channels);
  }
  png_write_end(png, NULL);
  return FOVEA_IMAGE_OK;
}

fovea_image_status fovea_png_write(
    const uint8_t *pixels, uint32_t width, uint32_t height, int32_t channels, int32_t level,
    uint8_t **bytes, size_t *count, fovea_image_report *report) {
  *bytes = NULL;
  png_writer *writer = calloc(1, sizeof *writer);
  if (writer == NULL) return FOVEA_IMAGE_MEMORY;
  writer->report = report;
  fovea_image_status status = write_file(writer, pixels, width, height, channels, level);
  png_destroy_write_struct(&writer->png, &writer->info);
  if (status == FOVEA_IMAGE_OK) {
    *bytes = writer->bytes;
    *count = writer->count;
  } else {
    free(writer->bytes);
  }
  free(writer);
  return status;
}
