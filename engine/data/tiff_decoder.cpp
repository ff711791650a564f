// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/alpha.h"
#include "engine/data/picture_decoder.h"
#include "engine/data/picture_formats.h"
#include "engine/data/picture_header.h"

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

    Layout(TIFF* tiff, std::span<const std::uint8_t> file) {
        std::uint16_t extras = 0;
        const std::uint16_t* kinds = nullptr;
        TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
        TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
        TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
        TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planes);
        TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extras, &kinds);
        // A fourth sample that the file says nothing of is alpha to Pillow; the library has made up a tag for it.
        const bool unsaid =
            photometric == PHOTOMETRIC_RGB && samples == 4 && !tiffValue(file, TIFFTAG_EXTRASAMPLES).has_value();
        alphaApart = unsaid || (extras > 0 && kinds[0] == EXTRASAMPLE_UNASSALPHA);
        alphaMultiplied = extras > 0 && kinds[0] == EXTRASAMPLE_ASSOCALPHA;
    }
    bool grey() const { return whiteIsZero() || (photometric == PHOTOMETRIC_MINISBLACK && samples == 1); }
    bool whiteIsZero() const { return photometric == PHOTOMETRIC_MINISWHITE && samples == 1; }
    bool color() const { return photometric == PHOTOMETRIC_RGB && (samples == 3 || samples == 4); }
    bool inks() const { return photometric == PHOTOMETRIC_SEPARATED && samples == 4; }
    /// What the library would round otherwise than Pillow, or does not read.
    bool asSamples() const { return (bits == 16 && (grey() || color() || inks())) || (bits == 8 && inks()); }
};

/// Reads samples of 8 or 16 bits as they are stored, of which the upper 8 bits are kept, or with `cut` the lower ones,
/// cut at 255.
class SampleReader {
public:
    SampleReader(TIFF* tiff, const Layout& layout, const Image& size, bool cut)
        : tiff_(tiff), deep_(layout.bits == 16), cut_(cut), width_(static_cast<std::size_t>(size.width)),
          height_(static_cast<std::size_t>(size.height)), samples_(layout.samples),
          planes_(layout.planes == PLANARCONFIG_SEPARATE ? samples_ : 1), pixels_(width_ * height_ * samples_) {}

    bool read() { return TIFFIsTiled(tiff_) != 0 ? readTiles() : readRows(); }
    /// (height, width, samples)
    const std::vector<std::uint8_t>& pixels() const { return pixels_; }

private:
    /// Bytes that so many pixels take in a row of one plane.
    std::size_t bytesOf(std::size_t pixels) const { return pixels * (samples_ / planes_) * (deep_ ? 2 : 1); }

    bool readRows() {
        if (static_cast<std::size_t>(TIFFScanlineSize(tiff_)) != bytesOf(width_))
            return false;
        std::vector<std::uint8_t> row(bytesOf(width_));
        for (std::size_t plane = 0; plane < planes_; ++plane)
            for (std::size_t y = 0; y < height_; ++y) {
                if (TIFFReadScanline(tiff_, row.data(), static_cast<std::uint32_t>(y),
                                     static_cast<std::uint16_t>(plane)) != 1)
                    return false;
                put(row.data(), 0, y, width_, plane);
            }
        return true;
    }

    bool readTiles() {
        std::uint32_t wide = 0, high = 0;
        TIFFGetField(tiff_, TIFFTAG_TILEWIDTH, &wide);
        TIFFGetField(tiff_, TIFFTAG_TILELENGTH, &high);
        const auto bytes = static_cast<std::uint64_t>(TIFFTileSize(tiff_));
        if (wide == 0 || high == 0 || bytes > 8 * kLargestPicturePixels || bytes != bytesOf(wide) * high)
            return false;
        std::vector<std::uint8_t> tile(bytes);
        for (std::size_t plane = 0; plane < planes_; ++plane)
            for (std::size_t top = 0; top < height_; top += high)
                for (std::size_t left = 0; left < width_; left += wide) {
                    if (TIFFReadTile(tiff_, tile.data(), static_cast<std::uint32_t>(left),
                                     static_cast<std::uint32_t>(top), 0, static_cast<std::uint16_t>(plane)) < 0)
                        return false;
                    for (std::size_t y = 0; y < std::min<std::size_t>(high, height_ - top); ++y)
                        put(tile.data() + y * bytesOf(wide), left, top + y, std::min<std::size_t>(wide, width_ - left),
                            plane);
                }
        return true;
    }

    void put(const std::uint8_t* from, std::size_t x, std::size_t y, std::size_t pixels, std::size_t plane) {
        std::uint8_t* to = pixels_.data() + (y * width_ + x) * samples_ + plane;
        for (std::size_t i = 0; i < pixels * (samples_ / planes_); ++i, to += planes_) {
            std::uint16_t value = from[i];
            if (deep_)
                std::memcpy(&value, from + 2 * i, 2); // in this machine's order
            *to = static_cast<std::uint8_t>(!deep_ ? value : cut_ ? std::min<int>(value, 255) : value >> 8);
        }
    }

    TIFF* const tiff_;
    const bool deep_, cut_;
    const std::size_t width_, height_, samples_, planes_;
    std::vector<std::uint8_t> pixels_;
};

/// Cyan, magenta, yellow and black to RGB as Pillow does it (Convert.c, cmyk2rgb).
void inksToColors(const std::uint8_t* inks, std::size_t pixels, std::uint8_t* rgb) {
    for (const std::uint8_t* end = inks + 4 * pixels; inks != end; inks += 4)
        for (int c = 0; c < 3; ++c) {
            const int left = 255 - inks[3], product = inks[c] * left + 128;
            *rgb++ = static_cast<std::uint8_t>(std::max(0, left - (((product >> 8) + product) >> 8)));
        }
}

/// What the library does not read as Pillow does: 16 bits, and inks.
bool readSamples(TIFF* tiff, const Layout& layout, const PictureLoading& loading, Image& out) {
    SampleReader reader(tiff, layout, out, layout.grey() && loading.official);
    if (!reader.read())
        return false;
    const std::uint8_t* const from = reader.pixels().data();
    std::uint8_t* to = out.pixels.data();
    const std::size_t pixels = out.pixels.size() / 3;
    if (layout.inks())
        inksToColors(from, pixels, to);
    else if (layout.grey())
        for (std::size_t i = 0; i < pixels; ++i, to += 3) // the official code takes white for black, too
            std::memset(to, layout.whiteIsZero() && !loading.official ? 255 - from[i] : from[i], 3);
    else if (layout.samples == 3)
        std::copy_n(from, 3 * pixels, to);
    else if (loading.official && layout.alphaMultiplied)
        divideAlpha(from, pixels, to);
    else if (loading.official || (!layout.alphaApart && !layout.alphaMultiplied))
        dropAlpha(from, pixels, to);
    else
        overWhite(from, pixels, layout.alphaMultiplied, to);
    return true;
}

/// Everything else, through the library's own way to RGBA.
bool readRaster(TIFF* tiff, const Layout& layout, const PictureLoading& loading, Image& out) {
    const auto width = static_cast<std::uint32_t>(out.width), height = static_cast<std::uint32_t>(out.height);
    const bool hasAlpha = layout.alphaApart || layout.alphaMultiplied;
    if (layout.alphaApart) { // the library shall multiply, or shall not
        const std::uint16_t kind = loading.official ? EXTRASAMPLE_ASSOCALPHA : EXTRASAMPLE_UNASSALPHA;
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
        if (!loading.official && hasAlpha)
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
    const Layout layout(tiff.get(), file);
    const bool whole = layout.asSamples() ? readSamples(tiff.get(), layout, loading, out)
                                          : readRaster(tiff.get(), layout, loading, out);
    if (reading.problem.starts_with("Sorry")) // as the library calls what it does not serve
        return {reading.problem, PictureVerdict::unsupported};
    if (!whole || !reading.problem.empty())
        return reading.problem.empty() ? "its data cannot be decoded" : reading.problem;
    return {};
}

} // namespace dinoscope
