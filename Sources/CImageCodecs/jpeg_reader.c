#include "image_reader.h"

#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
// libjpeg's header needs the two above it.
#include <jerror.h>
#include <jpeglib.h>

// A real file has some ten scans; a hostile one has thousands, each a pass over the whole picture.
enum { MAXIMUM_SCANS = 500 };

typedef struct {
  fovea_image_reader base;
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf escape;
  fovea_image_status status;
  // The caller's, while one of its calls runs.
  fovea_image_report *report;
} jpeg_reader;

static void fail(j_common_ptr jpeg) {
  jpeg_reader *reader = jpeg->client_data;
  char message[JMSG_LENGTH_MAX];
  jpeg->err->format_message(jpeg, message);
  fovea_image_say(reader->report, message);
  int code = jpeg->err->msg_code;
  reader->status = code == JERR_OUT_OF_MEMORY ? FOVEA_IMAGE_MEMORY : FOVEA_IMAGE_DAMAGED;
  longjmp(reader->escape, 1);
}

// Level -1 is a warning of damage; others tell how the work goes on.
static void hear(j_common_ptr jpeg, int level) {
  if (level != -1) return;
  jpeg_reader *reader = jpeg->client_data;
  if (reader->report->warnings++ > 0) return;
  char message[JMSG_LENGTH_MAX];
  jpeg->err->format_message(jpeg, message);
  fovea_image_say(reader->report, message);
}

static void stay_silent(j_common_ptr jpeg) { (void)jpeg; }

static void limit_scans(j_common_ptr jpeg) {
  jpeg_reader *reader = jpeg->client_data;
  if (reader->jpeg.input_scan_number <= MAXIMUM_SCANS) return;
  fovea_image_say(reader->report, "the picture comes in more than 500 scans");
  reader->status = FOVEA_IMAGE_DAMAGED;
  longjmp(reader->escape, 1);
}

static bool is_cmyk(const struct jpeg_decompress_struct *jpeg) {
  return jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
}

fovea_image_status fovea_jpeg_open(
    const uint8_t *bytes, size_t count, uint64_t maximum_pixels, fovea_image_reader **base,
    fovea_image_report *report) {
  jpeg_reader *reader = calloc(1, sizeof *reader);
  if (reader == NULL) return FOVEA_IMAGE_MEMORY;
  *base = &reader->base;
  reader->base.format = FOVEA_IMAGE_JPEG;
  reader->report = report;
  struct jpeg_decompress_struct *jpeg = &reader->jpeg;
  jpeg->err = jpeg_std_error(&reader->errors);
  jpeg->client_data = reader;
  reader->errors.error_exit = fail;
  reader->errors.emit_message = hear;
  reader->errors.output_message = stay_silent;
  if (setjmp(reader->escape)) return reader->status;

  jpeg_create_decompress(jpeg);
  reader->progress.progress_monitor = limit_scans;
  jpeg->progress = &reader->progress;
  jpeg_mem_src(jpeg, bytes, (unsigned long)count);
  jpeg_read_header(jpeg, TRUE);
  reader->base.header = (fovea_image_header){
      .width = jpeg->image_width,
      .height = jpeg->image_height,
      .channels = jpeg->jpeg_color_space == JCS_GRAYSCALE ? 1 : 3,
      .bits = jpeg->data_precision,
      .has_luma = !is_cmyk(jpeg),
  };
  if (jpeg->jpeg_color_space == JCS_UNKNOWN) {
    fovea_image_say(report, "its components are no colours that are known");
    return FOVEA_IMAGE_UNSUPPORTED;
  }
  return fovea_image_fits(&reader->base.header, maximum_pixels) ? FOVEA_IMAGE_OK
                                                                : FOVEA_IMAGE_SIZE;
}

// a · b / 255, rounded, as Pillow has it.
static uint8_t share(uint32_t a, uint32_t b) {
  uint32_t product = a * b + 128;
  return (uint8_t)(((product >> 8) + product) >> 8);
}

// Inks lie inverted, as Adobe's programs write them and all others have come to expect.
static void convert_cmyk(const uint8_t *row, size_t width, uint8_t *pixels) {
  for (size_t x = 0; x < width; x++) {
    uint32_t paper = row[4 * x + 3];
    for (size_t c = 0; c < 3; c++) {
      pixels[3 * x + c] = (uint8_t)(paper - share(255u - row[4 * x + c], paper));
    }
  }
}

fovea_image_status fovea_jpeg_read(
    fovea_image_reader *base, int32_t channels, int32_t denominator, uint8_t *pixels,
    size_t pixel_bytes, fovea_image_report *report) {
  jpeg_reader *reader = (jpeg_reader *)base;
  struct jpeg_decompress_struct *jpeg = &reader->jpeg;
  reader->report = report;
  if (setjmp(reader->escape)) return reader->status;

  jpeg->scale_num = 1;
  jpeg->scale_denom = (unsigned)denominator;
  jpeg->out_color_space = is_cmyk(jpeg) ? JCS_CMYK : channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_calc_output_dimensions(jpeg);
  size_t row_bytes = (size_t)jpeg->output_width * (size_t)channels;
  if ((is_cmyk(jpeg) && channels != 3) || row_bytes * jpeg->output_height != pixel_bytes) {
    fovea_image_say(report, "the room for the pixels does not fit the picture");
    return FOVEA_IMAGE_UNSUPPORTED;
  }
  jpeg_start_decompress(jpeg);
  // The library's own memory, which it frees with itself.
  JSAMPARRAY inks = NULL;
  if (is_cmyk(jpeg)) {
    inks = jpeg->mem->alloc_sarray(
        (j_common_ptr)jpeg, JPOOL_IMAGE, jpeg->output_width * 4, 1);
  }
  while (jpeg->output_scanline < jpeg->output_height) {
    JSAMPROW target = pixels + row_bytes * jpeg->output_scanline;
    if (inks == NULL) {
      jpeg_read_scanlines(jpeg, &target, 1);
    } else {
      jpeg_read_scanlines(jpeg, inks, 1);
      convert_cmyk(inks[0], jpeg->output_width, target);
    }
  }
  jpeg_finish_decompress(jpeg);
  return FOVEA_IMAGE_OK;
}

void fovea_jpeg_close(fovea_image_reader *base) {
  jpeg_reader *reader = (jpeg_reader *)base;
  // Harmless where creating it failed.
  jpeg_destroy_decompress(&reader->jpeg);
  free(reader);
}
