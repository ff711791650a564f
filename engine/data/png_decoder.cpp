// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/alpha.h"
#include "engine/data/picture_formats.h"

#include <png.h>

#include <csetjmp>
#include <cstring>
#include <new>
#include <vector>

namespace dinoscope {
namespace {

/// What the library's callbacks work on.
struct Reading {
    std::span<const std::uint8_t> rest;
    char problem[160] = "";
};

void onError(png_structp png, png_const_charp text) {
    auto* reading = static_cast<Reading*>(png_get_error_ptr(png));
    std::strncpy(reading->problem, text, sizeof reading->problem - 1);
    png_longjmp(png, 1);
}

void onWarning(png_structp, png_const_charp) {}

void onRead(png_structp png, png_bytep to, std::size_t bytes) {
    auto* reading = static_cast<Reading*>(png_get_io_ptr(png));
    if (reading->rest.size() < bytes)
        png_error(png, "the file ends too early");
    std::memcpy(to, reading->rest.data(), bytes);
    reading->rest = reading->rest.subspan(bytes);
}

struct Decoder {
    png_structp png = nullptr;
    png_infop info = nullptr;

    explicit Decoder(Reading& reading)
        : png(png_create_read_struct(PNG_LIBPNG_VER_STRING, &reading, onError, onWarning)),
          info(png != nullptr ? png_create_info_struct(png) : nullptr) {
        if (info == nullptr) {
            png_destroy_read_struct(&png, nullptr, nullptr);
            throw std::bad_alloc();
        }
        png_set_read_fn(png, &reading, onRead);
    }
    ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;
};

// The library leaves both functions by a long jump when it meets an error: they hold nothing that would need an end.

bool readHead(const Decoder& decoder) {
    if (setjmp(png_jmpbuf(decoder.png)) != 0)
        return false;
    png_read_info(decoder.png, decoder.info);
    png_set_expand(decoder.png);
    png_set_strip_16(decoder.png);
    png_set_gray_to_rgb(decoder.png);
    png_set_interlace_handling(decoder.png);
    png_read_update_info(decoder.png, decoder.info);
    return true;
}

bool readRows(const Decoder& decoder, png_bytepp rows) {
    if (setjmp(png_jmpbuf(decoder.png)) != 0)
        return false;
    png_read_image(decoder.png, rows);
    png_read_end(decoder.png, nullptr);
    return true;
}

} // namespace

std::string decodePng(std::span<const std::uint8_t> file, Image& out) {
    Reading reading{file};
    const Decoder decoder(reading);
    if (!readHead(decoder))
        return reading.problem;
    const auto width = static_cast<std::size_t>(out.width), height = static_cast<std::size_t>(out.height);
    const std::size_t rowBytes = png_get_rowbytes(decoder.png, decoder.info);
    const bool alpha = rowBytes == 4 * width;
    if ((!alpha && rowBytes != 3 * width) || png_get_image_height(decoder.png, decoder.info) != height)
        return "its rows have another length than its header says";
    std::vector<std::uint8_t> rgba(alpha ? rowBytes * height : 0);
    std::vector<png_bytep> rows(height);
    for (std::size_t y = 0; y < height; ++y)
        rows[y] = (alpha ? rgba.data() : out.pixels.data()) + y * rowBytes;
    if (!readRows(decoder, rows.data()))
        return reading.problem;
    if (alpha)
        overWhite(rgba.data(), width * height, false, out.pixels.data());
    return {};
}

} // namespace dinoscope
