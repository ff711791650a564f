// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/picture_formats.h"

#include <array>
#include <bit>
#include <cstdlib>

namespace dinoscope {
namespace {

using Bytes = std::span<const std::uint8_t>;

/// A little-endian number; 0 where the file has ended.
std::uint32_t number(Bytes file, std::size_t at, std::size_t size) {
    if (at > file.size() || file.size() - at < size)
        return 0;
    std::uint32_t value = 0;
    for (std::size_t i = size; i > 0; --i)
        value = value << 8 | file[at + i - 1];
    return value;
}

struct Layout {
    std::size_t pixels = 0, palette = 0, paletteEntry = 4; ///< places in the file; bytes
    std::uint32_t bits = 0;                                ///< a pixel
    bool fromTop = false;
    std::array<std::uint32_t, 3> masks{}; ///< of red, green and blue in 16 and 32 bits
};

/// @returns what is wrong with the header.
Problem readLayout(Bytes file, Layout& layout) {
    const std::size_t headerBytes = number(file, 14, 4);
    const bool oldHeader = headerBytes == 12;
    if (!oldHeader && headerBytes < 40)
        return {"its header is of no known version", PictureVerdict::unsupported};
    layout.pixels = number(file, 10, 4);
    layout.palette = 14 + headerBytes;
    layout.paletteEntry = oldHeader ? 3 : 4;
    layout.bits = number(file, oldHeader ? 24 : 28, 2);
    layout.fromTop = !oldHeader && static_cast<std::int32_t>(number(file, 22, 4)) < 0;
    const std::uint32_t compression = oldHeader ? 0 : number(file, 30, 4);
    constexpr std::uint32_t kBitFields = 3;
    if (compression != 0 && compression != kBitFields)
        return {"it is compressed", PictureVerdict::unsupported};
    if (compression == kBitFields && (layout.bits == 16 || layout.bits == 32))
        for (std::size_t c = 0; c < 3; ++c) // behind the first version of this header, inside the later ones
            layout.masks[c] = number(file, 54 + 4 * c, 4);
    else if (layout.bits == 16)
        layout.masks = {0x7c00, 0x03e0, 0x001f};
    else
        layout.masks = {0xff0000, 0x00ff00, 0x0000ff};
    for (const std::uint32_t supported : {1u, 4u, 8u, 16u, 24u, 32u})
        if (layout.bits == supported)
            return {};
    return {"it has " + std::to_string(layout.bits) + " bits a pixel", PictureVerdict::unsupported};
}

/// The bits under the mask, stretched to 0 to 255.
std::uint8_t masked(std::uint32_t value, std::uint32_t mask) {
    if (mask == 0)
        return 0;
    const int shift = std::countr_zero(mask);
    const std::uint64_t most = mask >> shift;
    return static_cast<std::uint8_t>(((value & mask) >> shift) * std::uint64_t{255} / most);
}

void decodeRow(Bytes file, const Layout& layout, Bytes row, int width, std::uint8_t* to) {
    for (int x = 0; x < width; ++x, to += 3) {
        const std::size_t firstBit = static_cast<std::size_t>(x) * layout.bits;
        if (layout.bits <= 8) {
            const std::size_t shift = 8 - layout.bits - firstBit % 8;
            const std::size_t index = (row[firstBit / 8] >> shift) & ((1u << layout.bits) - 1);
            const std::uint32_t color = number(file, layout.palette + index * layout.paletteEntry, 3);
            for (int c = 0; c < 3; ++c)
                to[c] = static_cast<std::uint8_t>(color >> (16 - 8 * c));
        } else {
            const std::uint32_t value = number(row, firstBit / 8, layout.bits / 8);
            for (std::size_t c = 0; c < 3; ++c)
                to[c] = masked(value, layout.masks[c]);
        }
    }
}

} // namespace

Problem decodeBmp(Bytes file, Image& out) {
    Layout layout;
    if (Problem problem = readLayout(file, layout); problem.verdict != PictureVerdict::ok)
        return problem;
    const auto width = static_cast<std::size_t>(out.width), height = static_cast<std::size_t>(out.height);
    const std::size_t rowBytes = (width * layout.bits + 31) / 32 * 4;
    if (layout.pixels > file.size() || file.size() - layout.pixels < rowBytes * height)
        return {"the file ends too early", PictureVerdict::truncated};
    for (std::size_t y = 0; y < height; ++y) {
        const std::size_t from = layout.fromTop ? y : height - 1 - y;
        decodeRow(file, layout, file.subspan(layout.pixels + from * rowBytes, rowBytes), out.width,
                  out.pixels.data() + 3 * width * y);
    }
    return {};
}

} // namespace dinoscope
