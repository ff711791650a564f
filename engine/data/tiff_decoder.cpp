// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/alpha.h"
#include "engine/data/picture_decoder.h"
#include "engine/data/picture_formats.h"

#include <tiffio.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

namespace dinoscope {
namespace {

/// A file in memory, as the library's callbacks see it.
struct Reading {
    std::span<const std::uint8_t> file;
    std::uint64_t place = 0;
    std::string problem;
};

Reading& reading(thandle_t handle) { return *static_cast<Reading*>(handle); }

tmsize_t onRead(thandle_t handle, void* to, tmsize_t bytes) {
    Reading& r = reading(handle);
    const std::uint64_t begin = std::min<std::uint64_t>(r.place, r.file.size());
    const std::uint64_t count = std::min<std::uint64_t>(static_cast<std::uint64_t>(bytes), r.file.size() - begin);
    std::memcpy(to, r.file.data() + begin, count);
    r.place = begin + count;
    return static_cast<tmsize_t>(count);
}

tmsize_t onWrite(thandle_t, void*, tmsize_t) { return 0; }

toff_t onSeek(thandle_t handle, toff_t to, int from) {
    Reading& r = reading(handle);
    r.place = from == SEEK_CUR ? r.place + to : from == SEEK_END ? r.file.size() + to : to;
    return r.place;
}

int onClose(thandle_t) { return 0; }
toff_t onSize(thandle_t handle) { return reading(handle).file.size(); }

/// Returning 1 says that nobody else need speak of it.
int onError(TIFF*, void* handle, const char*, const char* format, va_list values) {
    std::string& problem = static_cast<Reading*>(handle)->problem;
    char text[160];
    std::vsnprintf(text, sizeof text, format, values);
    if (problem.empty())
        problem = text;
    return 1;
}

int onWarning(TIFF*, void*, const char*, const char*, va_list) { return 1; }

struct OptionsEnd {
    void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};
struct FileEnd {
    void operator()(TIFF* file) const { TIFFClose(file); }
};
using FilePtr = std::unique_ptr<TIFF, FileEnd>;

FilePtr openTiff(Reading& reading) {
    const std::unique_ptr<TIFFOpenOptions, OptionsEnd> options(TIFFOpenOptionsAlloc());
    if (!options)
        throw std::bad_alloc();
    TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), 8 * kLargestPicturePixels);
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), onError, &reading);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), onWarning, nullptr);
    return FilePtr(TIFFClientOpenExt("memory", "rm", &reading, onRead, onWrite, onSeek, onClose, onSize, nullptr,
                                     nullptr, options.get()));
}

} // namespace

std::string decodeTiff(std::span<const std::uint8_t> file, Image& out) {
    Reading reading{file, 0, {}};
    const auto width = static_cast<std::uint32_t>(out.width), height = static_cast<std::uint32_t>(out.height);
    const auto pixels = static_cast<std::size_t>(width) * height;
    const FilePtr tiff = openTiff(reading);
    std::vector<std::uint32_t> raster(tiff ? pixels : 0);
    const bool whole = tiff && TIFFReadRGBAImageOriented(tiff.get(), width, height, raster.data(), ORIENTATION_TOPLEFT,
                                                         /*stopOnError=*/1) != 0;
    if (!whole || !reading.problem.empty())
        return reading.problem.empty() ? "its data cannot be decoded" : reading.problem;
    std::vector<std::uint8_t> rgba(4 * static_cast<std::size_t>(width));
    for (std::size_t y = 0; y < height; ++y) {
        for (std::size_t x = 0; x < width; ++x) {
            const std::uint32_t pixel = raster[y * width + x];
            std::uint8_t* const to = rgba.data() + 4 * x;
            to[0] = static_cast<std::uint8_t>(TIFFGetR(pixel));
            to[1] = static_cast<std::uint8_t>(TIFFGetG(pixel));
            to[2] = static_cast<std::uint8_t>(TIFFGetB(pixel));
            to[3] = static_cast<std::uint8_t>(TIFFGetA(pixel));
        }
        overWhite(rgba.data(), width, /*premultiplied=*/true, out.pixels.data() + 3 * y * width);
    }
    return {};
}

} // namespace dinoscope
