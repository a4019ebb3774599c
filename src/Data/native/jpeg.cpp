#include "image.h"

#include <jpeglib.h>
#include <csetjmp>
#include <cstdlib>
#include <cstring>

namespace {

// Everything that outlives a longjmp; nothing here has a destructor.
struct Decoder {
  jpeg_decompress_struct info;
  jpeg_error_mgr handlers;
  jmp_buf escape;
  char message[JMSG_LENGTH_MAX];
  uint8_t* row;
};

void escape_with_message(j_common_ptr info) {
  auto* decoder = static_cast<Decoder*>(info->client_data);
  info->err->format_message(info, decoder->message);
  longjmp(decoder->escape, 1);
}

// Level -1 is a warning: the data are damaged and libjpeg would fill in grey. Damaged is damaged.
void refuse_warnings(j_common_ptr info, int level) {
  if (level < 0) escape_with_message(info);
}

int stored_orientation(const jpeg_decompress_struct& info) {
  for (auto* marker = info.marker_list; marker; marker = marker->next)
    if (marker->data_length > 6 && memcmp(marker->data, "Exif\0\0", 6) == 0)
      return exif_orientation(marker->data + 6, marker->data_length - 6);
  return 1;
}

void choose_scale(jpeg_decompress_struct& info, uint32_t min_size) {
  for (unsigned denominator = 8; min_size > 0 && denominator > 1; denominator /= 2) {
    info.scale_num = 1;
    info.scale_denom = denominator;
    jpeg_calc_output_dimensions(&info);
    if (info.output_width >= min_size && info.output_height >= min_size) return;
  }
  info.scale_num = info.scale_denom = 1;
}

// Adobe's files hold 255 - ink in every channel, others the ink itself.
void cmyk_to_rgb(uint8_t* row, uint32_t width, bool inverted) {
  for (uint32_t x = 0; x < width; x++)
    for (int c = 0; c < 3; c++) {
      const unsigned colour = row[4 * x + c], black = row[4 * x + 3];
      const unsigned product = inverted ? colour * black : (255 - colour) * (255 - black);
      row[3 * x + c] = uint8_t((product + 127) / 255);  // index 3x + c never passes what is still to be read
    }
}

bool decode(Decoder& decoder, uint32_t min_size, ki_image* out, Error& error) {
  auto& info = decoder.info;
  jpeg_save_markers(&info, JPEG_APP0 + 1, 0xFFFF);
  jpeg_read_header(&info, TRUE);
  if (!check_size(info.image_width, info.image_height, error)) return false;
  const bool gray = info.num_components == 1, cmyk = info.num_components == 4;
  if (!gray && !cmyk && info.num_components != 3) return error.fail("a JPEG of %d components", info.num_components);
  info.out_color_space = gray ? JCS_GRAYSCALE : cmyk ? JCS_CMYK : JCS_RGB;
  info.dct_method = JDCT_ISLOW;  // the exact integer transform: the same bits with and without SIMD
  choose_scale(info, min_size);
  jpeg_start_decompress(&info);
  Canvas canvas;
  if (!canvas.allocate(out, info.output_width, info.output_height, stored_orientation(info), error)) return false;
  decoder.row = static_cast<uint8_t*>(malloc(size_t(info.output_width) * info.output_components));
  if (!decoder.row) return error.fail("no memory for a row");
  for (uint32_t y = 0; y < info.output_height; y++) {
    jpeg_read_scanlines(&info, &decoder.row, 1);
    if (cmyk) cmyk_to_rgb(decoder.row, info.output_width, info.saw_Adobe_marker);
    if (gray)
      canvas.store_gray(y, decoder.row, info.output_width);
    else
      canvas.store_rgb(y, decoder.row, info.output_width);
  }
  jpeg_finish_decompress(&info);
  return true;
}

}  // namespace

bool decode_jpeg(const uint8_t* bytes, size_t length, uint32_t min_size, ki_image* out, Error& error) {
  Decoder decoder{};
  decoder.info.err = jpeg_std_error(&decoder.handlers);
  decoder.info.client_data = &decoder;
  decoder.handlers.error_exit = escape_with_message;
  decoder.handlers.emit_message = refuse_warnings;
  bool ok;
  if (setjmp(decoder.escape)) {
    ok = error.fail("%s", decoder.message);
  } else {
    jpeg_create_decompress(&decoder.info);
    jpeg_mem_src(&decoder.info, bytes, length);
    ok = decode(decoder, min_size, out, error);
  }
  jpeg_destroy_decompress(&decoder.info);
  free(decoder.row);
  return ok;
}
