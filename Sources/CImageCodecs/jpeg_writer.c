#include "image_reader.h"

#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
// libjpeg's header needs the two above it.
#include <jerror.h>
#include <jpeglib.h>

typedef struct {
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  struct jpeg_destination_mgr destination;
  jmp_buf escape;
  uint8_t *bytes;
  size_t capacity;
  fovea_image_report *report;
} jpeg_writer;

static void fail(j_common_ptr jpeg) {
  jpeg_writer *writer = jpeg->client_data;
  char message[JMSG_LENGTH_MAX];
  jpeg->err->format_message(jpeg, message);
  fovea_image_say(writer->report, message);
  longjmp(writer->escape, 1);
}

static void stay_silent(j_common_ptr jpeg) { (void)jpeg; }

// libjpeg's own writing to memory loses a buffer where memory runs out half-way.
static void provide_room(j_compress_ptr jpeg, size_t written) {
  jpeg_writer *writer = jpeg->client_data;
  size_t capacity = 2 * writer->capacity + 16384;
  uint8_t *larger = realloc(writer->bytes, capacity);
  if (larger == NULL) ERREXIT1(jpeg, JERR_OUT_OF_MEMORY, 0);
  writer->bytes = larger;
  writer->capacity = capacity;
  writer->destination.next_output_byte = larger + written;
  writer->destination.free_in_buffer = capacity - written;
}

static void begin(j_compress_ptr jpeg) { provide_room(jpeg, 0); }

static boolean grow(j_compress_ptr jpeg) {
  // The library calls this when all room is used, whatever its counters say.
  provide_room(jpeg, ((jpeg_writer *)jpeg->client_data)->capacity);
  return TRUE;
}

static void end(j_compress_ptr jpeg) { (void)jpeg; }

static fovea_image_status write_file(
    jpeg_writer *writer, const uint8_t *pixels, uint32_t width, uint32_t height, int32_t channels,
    int32_t quality, bool subsamples_chroma) {
  struct jpeg_compress_struct *jpeg = &writer->jpeg;
  jpeg->err = jpeg_std_error(&writer->errors);
  jpeg->client_data = writer;
  writer->errors.error_exit = fail;
  writer->errors.output_message = stay_silent;
  if (setjmp(writer->escape)) return FOVEA_IMAGE_UNSUPPORTED;

  jpeg_create_compress(jpeg);
  writer->destination.init_destination = begin;
  writer->destination.empty_output_buffer = grow;
  writer->destination.term_destination = end;
  jpeg->dest = &writer->destination;
  jpeg->image_width = width;
  jpeg->image_height = height;
  jpeg->input_components = channels;
  jpeg->in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(jpeg);
  jpeg_set_quality(jpeg, quality, TRUE);
  jpeg->optimize_coding = TRUE;
  if (channels == 3) {
    jpeg->comp_info[0].h_samp_factor = subsamples_chroma ? 2 : 1;
    jpeg->comp_info[0].v_samp_factor = subsamples_chroma ? 2 : 1;
  }
  jpeg_start_compress(jpeg, TRUE);
  while (jpeg->next_scanline < height) {
    size_t offset = (size_t)jpeg->next_scanline * width * (size_t)channels;
    // libjpeg does not write to its input; its type merely does not say so.
    JSAMPROW row = (JSAMPROW)(uintptr_t)(pixels + offset);
    jpeg_write_scanlines(jpeg, &row, 1);
  }
  jpeg_finish_compress(jpeg);
  return FOVEA_IMAGE_OK;
}

fovea_image_status fovea_jpeg_write(
    const uint8_t *pixels, uint32_t width, uint32_t height, int32_t channels, int32_t quality,
    bool subsamples_chroma, uint8_t **bytes, size_t *count, fovea_image_report *report) {
  *bytes = NULL;
  jpeg_writer *writer = calloc(1, sizeof *writer);
  if (writer == NULL) return FOVEA_IMAGE_MEMORY;
  writer->report = report;
  fovea_image_status status =
      write_file(writer, pixels, width, height, channels, quality, subsamples_chroma);
  jpeg_destroy_compress(&writer->jpeg);
  if (status == FOVEA_IMAGE_OK) {
    *bytes = writer->bytes;
    *count = writer->capacity - writer->destination.free_in_buffer;
  } else {
    free(writer->bytes);
  }
  free(writer);
  return status;
}
