// JPEG and PNG to upright 8-bit RGB planes. C ABI: no exception and no longjmp crosses it, errors come back as text.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdio>

extern "C" {
struct ki_image {
  uint8_t* planes;  // [3, height, width], freed by ki_free
  int32_t height, width;
};

// 0, or -1 with a line in error. JPEGs are decoded at 1/2, 1/4 or 1/8 while both sides keep min_size pixels (0: full size).
int32_t ki_decode(const uint8_t* bytes, size_t length, int32_t min_size, ki_image* out, char* error, size_t error_size);
void ki_free(uint8_t* planes);
}

struct Error {
  char* text;
  size_t size;
  template <class... Args>
  bool fail(const char* format, Args... args) {
    snprintf(text, size, format, args...);
    return false;
  }
};

// A decompression bomb is small on disk: sides and area are bounded before anything is allocated.
constexpr uint32_t kLargestSide = 16384, kLargestArea = 1u << 26;

// Where stored pixel (x, y) goes: planes[c * area + origin + x * dx + y * dy], by EXIF orientation.
struct Canvas {
  ki_image* image;
  size_t area;
  ptrdiff_t origin, dx, dy;
  bool allocate(ki_image* out, uint32_t width, uint32_t height, int orientation, Error& error);
  void store_rgb(uint32_t y, const uint8_t* rgb, uint32_t width) const;
  void store_gray(uint32_t y, const uint8_t* gray, uint32_t width) const;
};

bool check_size(uint32_t width, uint32_t height, Error& error);
int exif_orientation(const uint8_t* tiff, size_t length);  // 1 … 8; 1 where none is given
bool decode_jpeg(const uint8_t* bytes, size_t length, uint32_t min_size, ki_image* out, Error& error);
bool decode_png(const uint8_t* bytes, size_t length, ki_image* out, Error& error);
