#include "image.h"

// EXIF 2.3 section 4.5: a TIFF header, then the 0th directory of 12-byte entries; orientation is tag 0x0112, a SHORT.
int exif_orientation(const uint8_t* tiff, size_t length) {
  if (length < 8) return 1;
  const bool little = tiff[0] == 'I' && tiff[1] == 'I';
  if (!little && !(tiff[0] == 'M' && tiff[1] == 'M')) return 1;
  const auto u16 = [&](size_t at) -> uint32_t {
    return little ? tiff[at] | tiff[at + 1] << 8 : tiff[at] << 8 | tiff[at + 1];
  };
  const auto u32 = [&](size_t at) -> uint32_t { return little ? u16(at) | u16(at + 2) << 16 : u16(at) << 16 | u16(at + 2); };
  const size_t directory = u32(4);
  if (u16(2) != 42 || directory > length - 2) return 1;
  const size_t entries = u16(directory);
  for (size_t i = 0; i < entries; i++) {
    const size_t entry = directory + 2 + 12 * i;
    if (entry + 12 > length) return 1;
    if (u16(entry) != 0x0112) continue;
    const uint32_t value = u16(entry + 8);
    return value >= 1 && value <= 8 ? int(value) : 1;
  }
  return 1;
}
