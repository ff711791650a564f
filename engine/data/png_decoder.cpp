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

/// `deepGrey`: leaves two bytes a pixel if the picture is grey of 16 bits.
bool readHead(const Decoder& decoder, bool deepGrey) {
    if (setjmp(png_jmpbuf(decoder.png)) != 0)
        return false;
    png_read_info(decoder.png, decoder.info);
    if (deepGrey && png_get_color_type(decoder.png, decoder.info) == PNG_COLOR_TYPE_GRAY &&
        png_get_bit_depth(decoder.png, decoder.info) == 16) {
        png_set_interlace_handling(decoder.png);
        png_read_update_info(decoder.png, decoder.info);
        return true;
    }
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

/// Big-endian values of 16 bits, cut at 255, to RGB.
void cutDeepGrey(const std::vector<std::uint8_t>& values, std::uint8_t* rgb) {
    for (std::size_t i = 0; i + 1 < values.size(); i += 2, rgb += 3)
        rgb[0] = rgb[1] = rgb[2] = values[i] > 0 ? std::uint8_t{255} : values[i + 1];
}

} // namespace

Problem decodePng(std::span<const std::uint8_t> file, const PictureLoading& loading, Image& out) {
    Reading reading{file};
    const Decoder decoder(reading);
    if (!readHead(decoder, loading.official))
        return reading.problem;
    const auto width = static_cast<std::size_t>(out.width), height = static_cast<std::size_t>(out.height);
    const std::size_t rowBytes = png_get_rowbytes(decoder.png, decoder.info);
    const bool deepGrey = rowBytes == 2 * width, alpha = rowBytes == 4 * width, direct = rowBytes == 3 * width;
    if ((!deepGrey && !alpha && !direct) || png_get_image_height(decoder.png, decoder.info) != height)
        return "its rows have another length than its header says";
    std::vector<std::uint8_t> raw(direct ? 0 : rowBytes * height);
    std::vector<png_bytep> rows(height);
    for (std::size_t y = 0; y < height; ++y)
        rows[y] = (direct ? out.pixels.data() : raw.data()) + y * rowBytes;
    if (!readRows(decoder, rows.data()))
        return reading.problem;
    if (deepGrey)
        cutDeepGrey(raw, out.pixels.data());
    else if (alpha && loading.official)
        dropAlpha(raw.data(), width * height, out.pixels.data());
    else if (alpha)
        overWhite(raw.data(), width * height, false, out.pixels.data());
    return {};
}

} // namespace dinoscope
