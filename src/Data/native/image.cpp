#include "image.h"

#include <cstdlib>
#include <cstring>

#define EXPORT extern "C" __attribute__((visibility("default")))

bool check_size(uint32_t width, uint32_t height, Error& error) {
  if (width == 0 || height == 0 || width > kLargestSide || height > kLargestSide || width * height > kLargestArea)
    return error.fail("%u x %u pixels; at most %u a side and %u in all are read", width, height, kLargestSide, kLargestArea);
  return true;
}

bool Canvas::allocate(ki_image* out, uint32_t width, uint32_t height, int orientation, Error& error) {
  const ptrdiff_t w = width, h = height;
  area = size_t(w) * h;
  image = out;
  const bool turned = orientation >= 5;
  out->width = turned ? h : w;
  out->height = turned ? w : h;
  const bool mirror_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool mirror_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  dx = turned ? h : 1;  // a step to the right in the file is a step down on a turned canvas, whose rows are h long
  dy = turned ? 1 : w;
  origin = (mirror_x ? (w - 1) * dx : 0) + (mirror_y ? (h - 1) * dy : 0);
  if (mirror_x) dx = -dx;
  if (mirror_y) dy = -dy;
  out->planes = static_cast<uint8_t*>(malloc(3 * area));
  return out->planes != nullptr || error.fail("no memory for %u x %u pixels", width, height);
}

void Canvas::store_rgb(uint32_t y, const uint8_t* rgb, uint32_t width) const {
  uint8_t* r = image->planes + origin + ptrdiff_t(y) * dy;
  uint8_t *g = r + area, *b = g + area;
  if (dx == 1) {  // the usual case, which the compiler vectorises
    for (uint32_t x = 0; x < width; x++, rgb += 3) r[x] = rgb[0], g[x] = rgb[1], b[x] = rgb[2];
    return;
  }
  for (ptrdiff_t x = 0; x < ptrdiff_t(width); x++, rgb += 3) r[x * dx] = rgb[0], g[x * dx] = rgb[1], b[x * dx] = rgb[2];
}

void Canvas::store_gray(uint32_t y, const uint8_t* gray, uint32_t width) const {
  uint8_t* r = image->planes + origin + ptrdiff_t(y) * dy;
  for (ptrdiff_t x = 0; x < ptrdiff_t(width); x++) r[x * dx] = r[area + x * dx] = r[2 * area + x * dx] = gray[x];
}

EXPORT int32_t ki_decode(const uint8_t* bytes, size_t length, int32_t min_size, ki_image* out, char* text, size_t text_size) {
  Error error{text, text_size};
  *out = {};
  bool ok;
  if (length >= 3 && memcmp(bytes, "\xFF\xD8\xFF", 3) == 0)
    ok = decode_jpeg(bytes, length, min_size > 0 ? min_size : 0, out, error);
  else if (length >= 8 && memcmp(bytes, "\x89PNG\r\n\x1A\n", 8) == 0)
    ok = decode_png(bytes, length, out, error);
  else
    ok = error.fail("%s", length == 0 ? "the file is empty" : "neither JPEG nor PNG");
  if (ok) return 0;
  free(out->planes);
  *out = {};
  return -1;
}

EXPORT void ki_free(uint8_t* planes) { free(planes); }
