// fovea_image_codecs.h: JPEG, PNG and WebP files to rows of bytes, and rows to JPEG and PNG files.
//
// Rows lie from top to bottom without gaps, a pixel's channels side by side: grey; red, green, blue;
// or red, green, blue, alpha, where colours are not multiplied by alpha.

#ifndef FOVEA_IMAGE_CODECS_H
#define FOVEA_IMAGE_CODECS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
  FOVEA_IMAGE_JPEG,
  FOVEA_IMAGE_PNG,
  FOVEA_IMAGE_WEBP,
} fovea_image_format;

typedef enum {
  FOVEA_IMAGE_OK,
  // The bytes make no picture.
  FOVEA_IMAGE_DAMAGED,
  // The header names no pixel, or more than the caller allows.
  FOVEA_IMAGE_SIZE,
  // A kind of the format that is not read.
  FOVEA_IMAGE_UNSUPPORTED,
  // Memory was refused.
  FOVEA_IMAGE_MEMORY,
} fovea_image_status;

enum { FOVEA_IMAGE_MESSAGE_SIZE = 200 };

// What happened in a call; the caller begins with zeros.
typedef struct {
  // How often the library warned of damage.
  int64_t warnings;
  // What it said of the failure, else of the first warning; a string in every case.
  char message[FOVEA_IMAGE_MESSAGE_SIZE];
} fovea_image_report;

typedef struct {
  uint32_t width;
  uint32_t height;
  // What reading gives: 1, 3 or 4.
  int32_t channels;
  // Of one channel in the file: 1 to 16.
  int32_t bits;
  // Whether reading can give one channel, the file's own brightness, though it has more.
  bool has_luma;
} fovea_image_header;

// A file whose header has been read.
typedef struct fovea_image_reader fovea_image_reader;

// Reads the header of a file.
//
// Requires  count bytes, which stay where they are until fovea_image_close.
// Ensures   on OK, *reader is one to be closed and *header is filled; else *reader is NULL.
//           width · height is 1 to maximum_pixels. FOVEA_IMAGE_SIZE fills *header too.
fovea_image_status fovea_image_open(
    fovea_image_format format, const uint8_t *bytes, size_t count, uint64_t maximum_pixels,
    fovea_image_reader **reader, fovea_image_header *header, fovea_image_report *report);

// Reads the pixels, once.
//
// Requires  channels as in the header, or 1 where it has luma; denominator 1, or for JPEG 2, 4 or 8:
//           the picture is decoded at that part of its size, each side rounded up. pixels has room for
//           exactly that many bytes.
// Ensures   on OK, all bytes of pixels are written; else any of them may be.
fovea_image_status fovea_image_read(
    fovea_image_reader *reader, int32_t channels, int32_t denominator, uint8_t *pixels,
    size_t pixel_bytes, fovea_image_report *report);

// Frees a reader; NULL is none.
void fovea_image_close(fovea_image_reader *reader);

// Writes a file to memory of malloc's, *bytes, which the caller frees with fovea_image_free.
//
// Requires  channels 1 or 3, and for PNG also 4; quality 1 to 100; level 0 to 9, zlib's.
//           subsamples_chroma: colour at half the resolution on both axes.
// Ensures   *bytes is NULL where the status is not OK.
fovea_image_status fovea_jpeg_write(
    const uint8_t *pixels, uint32_t width, uint32_t height, int32_t channels, int32_t quality,
    bool subsamples_chroma, uint8_t **bytes, size_t *count, fovea_image_report *report);
fovea_image_status fovea_png_write(
    const uint8_t *pixels, uint32_t width, uint32_t height, int32_t channels, int32_t level,
    uint8_t **bytes, size_t *count, fovea_image_report *report);

void fovea_image_free(uint8_t *bytes);

#endif
