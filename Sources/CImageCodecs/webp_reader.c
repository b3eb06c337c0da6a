#include "image_reader.h"

#include <stdlib.h>
#include <webp/decode.h>

static const char *words(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_NOT_ENOUGH_DATA: return "the file ends too early";
    case VP8_STATUS_BITSTREAM_ERROR: return "its bits make no picture";
    case VP8_STATUS_UNSUPPORTED_FEATURE: return "it uses a feature that libwebp does not know";
    default: return "libwebp refuses it";
  }
}

static fovea_image_status failed(VP8StatusCode status, fovea_image_report *report) {
  fovea_image_say(report, words(status));
  switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY: return FOVEA_IMAGE_MEMORY;
    case VP8_STATUS_UNSUPPORTED_FEATURE: return FOVEA_IMAGE_UNSUPPORTED;
    default: return FOVEA_IMAGE_DAMAGED;
  }
}

fovea_image_status fovea_webp_open(
    const uint8_t *bytes, size_t count, uint64_t maximum_pixels, fovea_image_reader **reader,
    fovea_image_report *report) {
  WebPBitstreamFeatures features;
  VP8StatusCode status = WebPGetFeatures(bytes, count, &features);
  if (status != VP8_STATUS_OK) return failed(status, report);
  *reader = calloc(1, sizeof **reader);
  if (*reader == NULL) return FOVEA_IMAGE_MEMORY;
  **reader = (fovea_image_reader){
      .format = FOVEA_IMAGE_WEBP,
      .bytes = bytes,
      .count = count,
      .header = {
          .width = (uint32_t)features.width,
          .height = (uint32_t)features.height,
          .channels = features.has_alpha ? 4 : 3,
          .bits = 8,
      },
  };
  if (features.has_animation) {
    fovea_image_say(report, "it is an animation");
    return FOVEA_IMAGE_UNSUPPORTED;
  }
  return fovea_image_fits(&(*reader)->header, maximum_pixels) ? FOVEA_IMAGE_OK : FOVEA_IMAGE_SIZE;
}

fovea_image_status fovea_webp_read(
    fovea_image_reader *reader, uint8_t *pixels, fovea_image_report *report) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) {
    fovea_image_say(report, "libwebp is of another version than this program was built with");
    return FOVEA_IMAGE_UNSUPPORTED;
  }
  int row_bytes = (int)reader->header.width * reader->header.channels;
  config.output.colorspace = reader->header.channels == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = (WebPRGBABuffer){
      .rgba = pixels,
      .stride = row_bytes,
      .size = (size_t)row_bytes * reader->header.height,
  };
  VP8StatusCode status = WebPDecode(reader->bytes, reader->count, &config);
  WebPFreeDecBuffer(&config.output);
  return status == VP8_STATUS_OK ? FOVEA_IMAGE_OK : failed(status, report);
}

void fovea_webp_close(fovea_image_reader *reader) { free(reader); }
