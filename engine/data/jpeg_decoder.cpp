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

/// What a thread keeps from file to file, so that none takes memory of its own but inside the library.
struct Workshop {
    std::unique_ptr<void, HandleEnd> handle;
    std::vector<std::uint8_t> cmyk;
};

thread_local Workshop workshop;

/// After an error a decoder keeps its place in the file before, so the next file gets another.
std::string failure() {
    std::string problem = tjGetErrorStr2(workshop.handle.get());
    workshop.handle.reset();
    return problem;
}

std::uint8_t product(std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>((a * b + 127) / 255); }

/// Inverted CMYK, the amounts of ink that are left out, to RGB.
void inkToRgb(const std::vector<std::uint8_t>& cmyk, std::vector<std::uint8_t>& rgb) {
    for (std::size_t i = 0; i < rgb.size() / 3; ++i)
        for (std::size_t c = 0; c < 3; ++c)
            rgb[3 * i + c] = product(cmyk[4 * i + c], cmyk[4 * i + 3]);
}

} // namespace

Problem decodeJpeg(std::span<const std::uint8_t> file, const SizeCheck& check, const StoredShrink& shrink, Image& out) {
    if (!workshop.handle)
        workshop.handle.reset(tjInitDecompress());
    const tjhandle handle = workshop.handle.get();
    if (handle == nullptr)
        throw std::bad_alloc();
    int width = 0, height = 0, subsampling = 0, colors = 0;
    const auto size = static_cast<unsigned long>(file.size());
    if (tjDecompressHeader3(handle, file.data(), size, &width, &height, &subsampling, &colors) != 0)
        return failure();
    check(width, height);
    const bool ink = colors == TJCS_CMYK || colors == TJCS_YCCK;
    const tjscalingfactor part{1, shrink(width, height)};
    width = TJSCALED(width, part);
    height = TJSCALED(height, part);
    const std::size_t pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    out.width = width;
    out.height = height;
    out.channels = 3;
    out.pixels.resize(3 * pixels);
    if (ink)
        workshop.cmyk.resize(4 * pixels);
    constexpr int flags = TJFLAG_STOPONWARNING | TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS;
    if (tjDecompress2(handle, file.data(), size, ink ? workshop.cmyk.data() : out.pixels.data(), width, 0, height,
                      ink ? TJPF_CMYK : TJPF_RGB, flags) != 0)
        return failure();
    if (ink)
        inkToRgb(workshop.cmyk, out.pixels);
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
    thread_local std::vector<std::uint8_t> upright;
    upright.resize(picture.pixels.size());
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
    picture.pixels.swap(upright); // the next one's memory
}

} // namespace dinoscope
