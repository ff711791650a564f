// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/alpha.h"
#include "engine/data/picture_formats.h"

#include <webp/decode.h>

#include <vector>

namespace dinoscope {

Problem decodeWebp(std::span<const std::uint8_t> file, const PictureLoading& loading, Image& out) {
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(file.data(), file.size(), &features) != VP8_STATUS_OK)
        return "its header cannot be read";
    if (features.has_animation != 0)
        return {"it is animated", PictureVerdict::unsupported};
    if (features.width != out.width || features.height != out.height)
        return "its headers disagree about its size";
    if (features.has_alpha == 0 || loading.official) {
        if (WebPDecodeRGBInto(file.data(), file.size(), out.pixels.data(), out.pixels.size(), 3 * out.width) == nullptr)
            return "its data cannot be decoded";
        return {};
    }
    std::vector<std::uint8_t> rgba(out.pixels.size() / 3 * 4);
    if (WebPDecodeRGBAInto(file.data(), file.size(), rgba.data(), rgba.size(), 4 * out.width) == nullptr)
        return "its data cannot be decoded";
    overWhite(rgba.data(), rgba.size() / 4, false, out.pixels.data());
    return {};
}

} // namespace dinoscope
