// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/data/picture_files.h"

#include <png.h>
#include <turbojpeg.h>
#include <webp/encode.h>

#include <fstream>
#include <stdexcept>

namespace dinoscope::testing {
namespace {

using Bytes = std::vector<std::uint8_t>;

void put(Bytes& bytes, std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i)
        bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

Bytes encodedJpeg(const RawPicture& picture, int flags = 0) {
    const Bytes pixels = bytesOf(picture);
    const tjhandle handle = tjInitCompress();
    unsigned char* jpeg = nullptr;
    unsigned long size = 0;
    const int format = picture.channels == 1 ? TJPF_GRAY : picture.channels == 3 ? TJPF_RGB : TJPF_CMYK;
    const int failed = tjCompress2(handle, pixels.data(), picture.width, 0, picture.height, format, &jpeg, &size,
                                   picture.channels == 1 ? TJSAMP_GRAY : TJSAMP_444, 100, flags);
    const Bytes bytes(jpeg, jpeg + size);
    tjFree(jpeg);
    tjDestroy(handle);
    if (failed != 0)
        throw std::runtime_error("no JPEG was made");
    return bytes;
}

Bytes encodedPng(const RawPicture& picture) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(picture.width);
    image.height = static_cast<png_uint_32>(picture.height);
    const int color = picture.channels == 1   ? PNG_FORMAT_GRAY
                      : picture.channels == 3 ? PNG_FORMAT_RGB
                                              : PNG_FORMAT_RGBA;
    image.format = static_cast<png_uint_32>(color | (picture.bits == 16 ? PNG_FORMAT_FLAG_LINEAR : 0));
    const Bytes narrow = bytesOf(picture);
    const void* pixels = picture.bits == 16 ? static_cast<const void*>(picture.values.data()) : narrow.data();
    png_alloc_size_t size = 0;
    png_image_write_to_memory(&image, nullptr, &size, 0, pixels, 0, nullptr);
    Bytes bytes(size);
    if (png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels, 0, nullptr) == 0)
        throw std::runtime_error(image.message);
    bytes.resize(size);
    return bytes;
}

Bytes encodedWebp(const RawPicture& picture, bool lossy) {
    const Bytes pixels = bytesOf(picture);
    std::uint8_t* webp = nullptr;
    std::size_t size = 0;
    const int stride = picture.width * picture.channels;
    if (lossy)
        size = WebPEncodeRGB(pixels.data(), picture.width, picture.height, stride, 90, &webp);
    else if (picture.channels == 3)
        size = WebPEncodeLosslessRGB(pixels.data(), picture.width, picture.height, stride, &webp);
    else
        size = WebPEncodeLosslessRGBA(pixels.data(), picture.width, picture.height, stride, &webp);
    const Bytes bytes(webp, webp + size);
    WebPFree(webp);
    if (bytes.empty())
        throw std::runtime_error("no WebP was made");
    return bytes;
}

Bytes encodedBmp(const RawPicture& picture) {
    const int padding = (4 - picture.width * 3 % 4) % 4;
    Bytes bytes{'B', 'M'};
    for (const int value : {0, 0, 54, 40, picture.width, picture.height, 1 | 24 << 16, 0, 0, 0, 0, 0, 0})
        put(bytes, static_cast<std::uint32_t>(value), 4);
    for (int y = picture.height - 1; y >= 0; --y) {
        for (int x = 0; x < picture.width; ++x)
            for (int c = 2; c >= 0; --c) {
                const int channel = picture.channels == 1 ? 0 : c;
                const int at = (y * picture.width + x) * picture.channels + channel;
                bytes.push_back(static_cast<std::uint8_t>(picture.values[static_cast<std::size_t>(at)]));
            }
        bytes.insert(bytes.end(), static_cast<std::size_t>(padding), 0);
    }
    return bytes;
}

/// One strip, no compression, little-endian; an alpha channel is written as not yet multiplied.
Bytes encodedTiff(const RawPicture& picture) {
    const auto channels = static_cast<std::uint32_t>(picture.channels), bits = static_cast<std::uint32_t>(picture.bits);
    const auto size = static_cast<std::uint32_t>(picture.values.size()) * bits / 8;
    constexpr std::uint32_t kShort = 3, kLong = 4, kEntries = 10, kBitsAt = 8 + 2 + 12 * kEntries + 4,
                            kPixelsAt = kBitsAt + 8;
    Bytes bytes{'I', 'I', 42, 0, 8, 0, 0, 0};
    put(bytes, kEntries, 2);
    const auto entry = [&](std::uint32_t tag, std::uint32_t type, std::uint32_t count, std::uint32_t value) {
        put(bytes, tag, 2);
        put(bytes, type, 2);
        put(bytes, count, 4);
        put(bytes, value, 4);
    };
    entry(256, kLong, 1, static_cast<std::uint32_t>(picture.width));
    entry(257, kShort, 1, static_cast<std::uint32_t>(picture.height));
    entry(258, kShort, channels, channels == 1 ? bits : kBitsAt);
    entry(259, kShort, 1, 1);
    entry(262, kShort, 1, channels == 1 ? 1 : 2);
    entry(273, kLong, 1, kPixelsAt);
    entry(277, kShort, 1, channels);
    entry(278, kShort, 1, static_cast<std::uint32_t>(picture.height));
    entry(279, kLong, 1, size);
    entry(338, kShort, channels == 4 ? 1 : 0, 2);
    put(bytes, 0, 4);
    for (int i = 0; i < 4; ++i)
        put(bytes, bits, 2);
    for (const std::uint16_t value : picture.values)
        put(bytes, value, picture.bits / 8);
    return bytes;
}

} // namespace

RawPicture smoothPicture(int width, int height, int kind) {
    RawPicture picture{width, height, 3, {}};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (const int value : {(80 * kind + x + y) % 256, 255 * y / height, 255 * x / width})
                picture.values.push_back(static_cast<std::uint16_t>(value));
    return picture;
}

Bytes bytesOf(const RawPicture& picture) { return {picture.values.begin(), picture.values.end()}; }

Bytes encoded(const std::string& ending, const RawPicture& picture) {
    if (ending.starts_with(".j"))
        return encodedJpeg(picture);
    if (ending.starts_with(".t"))
        return encodedTiff(picture);
    if (ending == ".webp")
        return encodedWebp(picture, false);
    return ending == ".bmp" ? encodedBmp(picture) : encodedPng(picture);
}

Bytes encodedLossyWebp(const RawPicture& picture) { return encodedWebp(picture, true); }

Bytes encodedProgressiveJpeg(const RawPicture& picture) { return encodedJpeg(picture, TJFLAG_PROGRESSIVE); }

void writeBytes(const std::filesystem::path& file, const Bytes& bytes) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

void writePicture(const std::filesystem::path& file, int width, int height, int kind) {
    writeBytes(file, encoded(file.extension().string(), smoothPicture(width, height, kind)));
}

std::vector<std::uint8_t> withOrientation(const std::vector<std::uint8_t>& jpeg, int orientation, bool littleEndian) {
    std::vector<std::uint8_t> exif{0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0};
    const auto put = [&](std::uint32_t value, int bytes) {
        for (int i = 0; i < bytes; ++i)
            exif.push_back(static_cast<std::uint8_t>(value >> 8 * (littleEndian ? i : bytes - 1 - i)));
    };
    exif.insert(exif.end(), 2, littleEndian ? 'I' : 'M');
    put(42, 2);
    put(8, 4);
    put(1, 2);
    put(0x0112, 2);
    put(3, 2);
    put(1, 4);
    put(static_cast<std::uint32_t>(orientation), 2);
    put(0, 2);
    put(0, 4);
    std::vector<std::uint8_t> file = jpeg;
    file.insert(file.begin() + 2, exif.begin(), exif.end());
    return file;
}

} // namespace dinoscope::testing
