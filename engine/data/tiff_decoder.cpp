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

/// The whole file is in memory. The library reads tiles without compression from a mapped file only (4.5.0), and never
/// writes to one.
int onMap(thandle_t handle, void** base, toff_t* size) {
    *base = const_cast<std::uint8_t*>(reading(handle).file.data());
    *size = reading(handle).file.size();
    return 1;
}

void onUnmap(thandle_t, void*, toff_t) {}

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
    return FilePtr(TIFFClientOpenExt("memory", "r", &reading, onRead, onWrite, onSeek, onClose, onSize, onMap, onUnmap,
                                     options.get()));
}

/// Whether a strip or tile ends behind the end of the file.
bool isCutOff(TIFF* tiff, std::uint64_t fileSize) {
    const std::uint32_t parts = TIFFIsTiled(tiff) != 0 ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
    for (std::uint32_t part = 0; part < parts; ++part) {
        const std::uint64_t begin = TIFFGetStrileOffset(tiff, part), length = TIFFGetStrileByteCount(tiff, part);
        if (begin > fileSize || length > fileSize - begin)
            return true;
    }
    return false;
}

/// What decides how samples become colours.
struct Layout {
    std::uint16_t bits = 1, samples = 1, photometric = PHOTOMETRIC_MINISBLACK, planes = PLANARCONFIG_CONTIG;
    bool alphaApart = false;      ///< the last sample is an alpha that the others were not multiplied with
    bool alphaMultiplied = false; ///< or one that they were

    explicit Layout(TIFF* tiff) {
        std::uint16_t extras = 0;
        const std::uint16_t* kinds = nullptr;
        TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
        TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
        TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
        TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planes);
        TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extras, &kinds);
        alphaApart = extras > 0 && kinds[0] == EXTRASAMPLE_UNASSALPHA;
        alphaMultiplied = extras > 0 && kinds[0] == EXTRASAMPLE_ASSOCALPHA;
    }
    bool grey() const { return photometric == PHOTOMETRIC_MINISBLACK && samples == 1; }
    bool color() const { return photometric == PHOTOMETRIC_RGB && samples == 3; }
};

/// Grey or colours of 16 bits in rows, whose upper 8 bits are kept; the library would round colours.
bool readDeepRows(TIFF* tiff, const Layout& layout, const PictureLoading& loading, Image& out) {
    const auto width = static_cast<std::size_t>(out.width);
    std::vector<std::uint16_t> row(static_cast<std::size_t>(TIFFScanlineSize(tiff)) / 2);
    if (row.size() != width * layout.samples)
        return false;
    std::uint8_t* to = out.pixels.data();
    for (std::uint32_t y = 0; y < static_cast<std::uint32_t>(out.height); ++y) {
        if (TIFFReadScanline(tiff, row.data(), y, 0) != 1)
            return false;
        for (std::size_t i = 0; i < 3 * width; ++i) {
            const std::uint16_t value = row[layout.grey() ? i / 3 : i];
            const bool cut = layout.grey() && loading.official;
            *to++ = static_cast<std::uint8_t>(cut ? std::min<int>(value, 255) : value >> 8);
        }
    }
    return true;
}

/// Everything else, through the library's own way to RGBA.
bool readRaster(TIFF* tiff, const Layout& layout, const PictureLoading& loading, Image& out) {
    const auto width = static_cast<std::uint32_t>(out.width), height = static_cast<std::uint32_t>(out.height);
    if (loading.official && layout.alphaApart) { // the library shall not multiply
        const std::uint16_t kind = EXTRASAMPLE_ASSOCALPHA;
        TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &kind);
    }
    std::vector<std::uint32_t> raster(static_cast<std::size_t>(width) * height);
    if (TIFFReadRGBAImageOriented(tiff, width, height, raster.data(), ORIENTATION_TOPLEFT, /*stopOnError=*/1) == 0)
        return false;
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
        std::uint8_t* const row = out.pixels.data() + 3 * y * width;
        const bool multiplied = !(layout.alphaApart && layout.samples == 2); // the library leaves grey as it is
        if (!loading.official)
            overWhite(rgba.data(), width, multiplied, row);
        else if (layout.alphaMultiplied)
            divideAlpha(rgba.data(), width, row);
        else
            dropAlpha(rgba.data(), width, row);
    }
    return true;
}

} // namespace

Problem decodeTiff(std::span<const std::uint8_t> file, const PictureLoading& loading, Image& out) {
    Reading reading{file, 0, {}};
    const FilePtr tiff = openTiff(reading);
    if (!tiff)
        return reading.problem.empty() ? "it cannot be opened" : reading.problem;
    char unserved[1024] = ""; // the library asks for that many
    if (TIFFRGBAImageOK(tiff.get(), unserved) == 0)
        return {unserved, PictureVerdict::unsupported};
    if (isCutOff(tiff.get(), file.size()))
        return {"the file ends too early", PictureVerdict::truncated};
    TIFFSetField(tiff.get(), TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT); // the caller turns the picture
    const Layout layout(tiff.get());
    const bool deepRows = layout.bits == 16 && (layout.grey() || layout.color()) && TIFFIsTiled(tiff.get()) == 0 &&
                          layout.planes == PLANARCONFIG_CONTIG;
    const bool whole =
        deepRows ? readDeepRows(tiff.get(), layout, loading, out) : readRaster(tiff.get(), layout, loading, out);
    if (!whole || !reading.problem.empty())
        return reading.problem.empty() ? "its data cannot be decoded" : reading.problem;
    return {};
}

} // namespace dinoscope
