#include "image.h"

#include <png.h>
#include <csetjmp>
#include <cstdlib>
#include <cstring>

namespace {

// Everything that outlives a longjmp; nothing here has a destructor.
struct Decoder {
  const uint8_t *next, *end;
  png_structp png;
  png_infop info;
  jmp_buf escape;
  char message[256];
  uint8_t* pixels;  // RGBA, the whole image: interlaced files fill it in seven passes
  png_bytepp rows;
};

void escape_with_message(png_structp png, png_const_charp message) {
  auto* decoder = static_cast<Decoder*>(png_get_error_ptr(png));
  snprintf(decoder->message, sizeof decoder->message, "%s", message);
  longjmp(decoder->escape, 1);
}

// libpng warns of odd colour profiles and the like; damaged pixels are errors.
void ignore_warning(png_structp, png_const_charp) {}

void read_bytes(png_structp png, png_bytep target, size_t count) {
  auto* decoder = static_cast<Decoder*>(png_get_io_ptr(png));
  if (count > size_t(decoder->end - decoder->next)) png_error(png, "the file ends early");
  memcpy(target, decoder->next, count);
  decoder->next += count;
}

int stored_orientation(const Decoder& decoder) {
#ifdef PNG_eXIf_SUPPORTED
  png_uint_32 length = 0;
  png_bytep exif = nullptr;
  if (png_get_eXIf_1(decoder.png, decoder.info, &length, &exif)) return exif_orientation(exif, length);
#endif
  return 1;
}

void ask_for_rgba(png_structp png) {
  png_set_expand(png);    // palette to RGB, 1, 2 and 4 bits to 8, transparent colours to alpha
  png_set_scale_16(png);  // 16 bits to 8, rounded
  png_set_gray_to_rgb(png);
  png_set_add_alpha(png, 0xFF, PNG_FILLER_AFTER);
}

// Transparent pixels are seen over white.
void blend_over_white(uint8_t* row, uint32_t width) {
  for (uint32_t x = 0; x < width; x++) {
    const unsigned alpha = row[4 * x + 3];
    for (int c = 0; c < 3; c++) row[3 * x + c] = uint8_t((row[4 * x + c] * alpha + 255 * (255 - alpha) + 127) / 255);
  }
}

bool decode(Decoder& decoder, ki_image* out, Error& error) {
  png_set_user_limits(decoder.png, kLargestSide, kLargestSide);
  png_read_info(decoder.png, decoder.info);
  const uint32_t width = png_get_image_width(decoder.png, decoder.info), height = png_get_image_height(decoder.png, decoder.info);
  if (!check_size(width, height, error)) return false;
  ask_for_rgba(decoder.png);
  png_set_interlace_handling(decoder.png);
  png_read_update_info(decoder.png, decoder.info);
  decoder.pixels = static_cast<uint8_t*>(malloc(size_t(4) * width * height));
  decoder.rows = static_cast<png_bytepp>(malloc(sizeof(png_bytep) * height));
  if (!decoder.pixels || !decoder.rows) return error.fail("no memory for %u x %u pixels", width, height);
  for (uint32_t y = 0; y < height; y++) decoder.rows[y] = decoder.pixels + size_t(4) * width * y;
  png_read_image(decoder.png, decoder.rows);
  png_read_end(decoder.png, decoder.info);
  Canvas canvas;
  if (!canvas.allocate(out, width, height, stored_orientation(decoder), error)) return false;
  for (uint32_t y = 0; y < height; y++) {
    blend_over_white(decoder.rows[y], width);
    canvas.store_rgb(y, decoder.rows[y], width);
  }
  return true;
}

}  // namespace

bool decode_png(const uint8_t* bytes, size_t length, ki_image* out, Error& error) {
  Decoder decoder{};
  decoder.next = bytes;
  decoder.end = bytes + length;
  bool ok;
  if (setjmp(decoder.escape)) {
    ok = error.fail("%s", decoder.message);
  } else {
    decoder.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &decoder, escape_with_message, ignore_warning);
    decoder.info = decoder.png ? png_create_info_struct(decoder.png) : nullptr;
    if (decoder.info) png_set_read_fn(decoder.png, &decoder, read_bytes);
    ok = decoder.info ? decode(decoder, out, error) : error.fail("libpng can't be started");
  }
  png_destroy_read_struct(&decoder.png, &decoder.info, nullptr);
  free(decoder.pixels);
  free(decoder.rows);
  return ok;
}
