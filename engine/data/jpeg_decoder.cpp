// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/picture_formats.h"

#include <turbojpeg.h>

#include <cstddef>
#include <memory>
#include <new>
#include <vector>

namespace dinoscope {
namespace {

struct HandleEnd {
    void operator()(void* handle) const { tjDestroy(handle); }
};

std::uint8_t product(std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>((a * b + 127) / 255); }

/// Inverted CMYK, the amounts of ink that are left out, to RGB.
void inkToRgb(const std::vector<std::uint8_t>& cmyk, std::vector<std::uint8_t>& rgb) {
    for (std::size_t i = 0; i < cmyk.size() / 4; ++i)
        for (std::size_t c = 0; c < 3; ++c)
            rgb[3 * i + c] = product(cmyk[4 * i + c], cmyk[4 * i + 3]);
}

} // namespace

Problem decodeJpeg(std::span<const std::uint8_t> file, const SizeCheck& check, Image& out) {
    // A decoder is cheap to make and keeps tables, and after an error its place, of the file before: each file gets
    // one.
    const std::unique_ptr<void, HandleEnd> owner(tjInitDecompress());
    const tjhandle handle = owner.get();
    if (handle == nullptr)
        throw std::bad_alloc();
    int width = 0, height = 0, subsampling = 0, colors = 0;
    const auto size = static_cast<unsigned long>(file.size());
    if (tjDecompressHeader3(handle, file.data(), size, &width, &height, &subsampling, &colors) != 0)
        return tjGetErrorStr2(handle);
    check(width, height);
    const bool ink = colors == TJCS_CMYK || colors == TJCS_YCCK;
    const std::size_t pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    out.width = width;
    out.height = height;
    out.channels = 3;
    out.pixels.resize(3 * pixels);
    std::vector<std::uint8_t> cmyk(ink ? 4 * pixels : 0);
    constexpr int flags = TJFLAG_STOPONWARNING | TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS;
    if (tjDecompress2(handle, file.data(), size, ink ? cmyk.data() : out.pixels.data(), width, 0, height,
                      ink ? TJPF_CMYK : TJPF_RGB, flags) != 0)
        return tjGetErrorStr2(handle);
    if (ink)
        inkToRgb(cmyk, out.pixels);
    return {};
}

void standUpright(Image& picture, int orientation) {
    if (orientation <= 1 || orientation > 8)
        return;
    // Where a pixel of the upright picture is found: 5 to 8 swap the axes, then either may run backwards.
    const bool swapped = orientation >= 5;
    const bool backX = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool backY = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    const int width = swapped ? picture.height : picture.width, height = swapped ? picture.width : picture.height;
    const auto channels = static_cast<std::size_t>(picture.channels);
    std::vector<std::uint8_t> upright(picture.pixels.size());
    std::uint8_t* to = upright.data();
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            int fromX = swapped ? y : x, fromY = swapped ? x : y;
            fromX = backX ? picture.width - 1 - fromX : fromX;
            fromY = backY ? picture.height - 1 - fromY : fromY;
            const std::uint8_t* from =
                picture.pixels.data() + (static_cast<std::size_t>(fromY) * static_cast<std::size_t>(picture.width) +
                                         static_cast<std::size_t>(fromX)) *
                                            channels;
            for (std::size_t c = 0; c < channels; ++c)
                *to++ = from[c];
        }
    picture.width = width;
    picture.height = height;
    picture.pixels = std::move(upright);
}

} // namespace dinoscope
