// image_reader.h: what the readers of the formats share.

#ifndef FOVEA_IMAGE_READER_H
#define FOVEA_IMAGE_READER_H

#include "fovea_image_codecs.h"

// A format's reader begins with this.
struct fovea_image_reader {
  fovea_image_format format;
  const uint8_t *bytes;
  size_t count;
  fovea_image_header header;
};

// What a format's functions write to while they run; outlives every longjmp.
typedef struct fovea_image_reader fovea_image_reader;

// Each opens a file: *reader is what has been taken, also where the status is not OK.
fovea_image_status fovea_jpeg_open(
    const uint8_t *bytes, size_t count, uint64_t maximum_pixels, fovea_image_reader **reader,
    fovea_image_report *report);
fovea_image_status fovea_png_open(
    const uint8_t *bytes, size_t count, uint64_t maximum_pixels, fovea_image_reader **reader,
    fovea_image_report *report);
fovea_image_status fovea_webp_open(
    const uint8_t *bytes, size_t count, uint64_t maximum_pixels, fovea_image_reader **reader,
    fovea_image_report *report);

fovea_image_status fovea_jpeg_read(
    fovea_image_reader *reader, int32_t channels, int32_t denominator, uint8_t *pixels,
    size_t pixel_bytes, fovea_image_report *report);
fovea_image_status fovea_png_read(
    fovea_image_reader *reader, uint8_t *pixels, fovea_image_report *report);
fovea_image_status fovea_webp_read(
    fovea_image_reader *reader, uint8_t *pixels, fovea_image_report *report);

void fovea_jpeg_close(fovea_image_reader *reader);
void fovea_png_close(fovea_image_reader *reader);
void fovea_webp_close(fovea_image_reader *reader);

// Keeps words for the caller, in place of earlier ones.
void fovea_image_say(fovea_image_report *report, const char *words);

// Whether a picture of this size has a pixel, and no more than the caller allows.
bool fovea_image_fits(const fovea_image_header *header, uint64_t maximum_pixels);

#endif
