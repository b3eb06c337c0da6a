#include "image_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fovea_image_say(fovea_image_report *report, const char *words) {
  snprintf(report->message, sizeof report->message, "%s", words);
}

bool fovea_image_fits(const fovea_image_header *header, uint64_t maximum_pixels) {
  uint64_t pixels = (uint64_t)header->width * header->height;
  return 0 < pixels && pixels <= maximum_pixels;
}

fovea_image_status fovea_image_open(
    fovea_image_format format, const uint8_t *bytes, size_t count, uint64_t maximum_pixels,
    fovea_image_reader **reader, fovea_image_header *header, fovea_image_report *report) {
  fovea_image_status status = FOVEA_IMAGE_UNSUPPORTED;
  *reader = NULL;
  switch (format) {
    case FOVEA_IMAGE_JPEG:
      status = fovea_jpeg_open(bytes, count, maximum_pixels, reader, report);
      break;
    case FOVEA_IMAGE_PNG:
      status = fovea_png_open(bytes, count, maximum_pixels, reader, report);
      break;
    case FOVEA_IMAGE_WEBP:
      status = fovea_webp_open(bytes, count, maximum_pixels, reader, report);
      break;
  }
  if (*reader != NULL) *header = (*reader)->header;
  if (status != FOVEA_IMAGE_OK) {
    fovea_image_close(*reader);
    *reader = NULL;
  }
  return status;
}

fovea_image_status fovea_image_read(
    fovea_image_reader *reader, int32_t channels, int32_t denominator, uint8_t *pixels,
    size_t pixel_bytes, fovea_image_report *report) {
  const fovea_image_header *header = &reader->header;
  if (reader->format == FOVEA_IMAGE_JPEG) {
    return fovea_jpeg_read(reader, channels, denominator, pixels, pixel_bytes, report);
  }
  size_t expected = (size_t)header->width * header->height * (size_t)header->channels;
  if (channels != header->channels || denominator != 1 || pixel_bytes != expected) {
    fovea_image_say(report, "the room for the pixels does not fit the picture");
    return FOVEA_IMAGE_UNSUPPORTED;
  }
  return reader->format == FOVEA_IMAGE_PNG ? fovea_png_read(reader, pixels, report)
                                           : fovea_webp_read(reader, pixels, report);
}

void fovea_image_close(fovea_image_reader *reader) {
  if (reader == NULL) return;
  switch (reader->format) {
    case FOVEA_IMAGE_JPEG: fovea_jpeg_close(reader); break;
    case FOVEA_IMAGE_PNG: fovea_png_close(reader); break;
    case FOVEA_IMAGE_WEBP: fovea_webp_close(reader); break;
  }
}

void fovea_image_free(uint8_t *bytes) { free(bytes); }
