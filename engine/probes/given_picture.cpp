// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/probes/given_picture.h"

#include "engine/support/check.h"

#include <string>

namespace dinoscope {
namespace {

constexpr int kLargestSide = 65535; // keeps sizes after a resize inside an int

[[noreturn]] void refuse(std::string sentence) {
    throw EngineError(ErrorCode::badInput, "probes", std::move(sentence));
}

std::size_t pixelCount(const Image& picture) {
    return static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height);
}

} // namespace

void checkPicture(const Image& picture) {
    const std::string size = std::to_string(picture.width) + " x " + std::to_string(picture.height);
    if (picture.width < 1 || picture.height < 1)
        refuse("The picture is empty: choose one with pixels");
    if (picture.width > kLargestSide || picture.height > kLargestSide)
        refuse("The picture has " + size + " pixels: choose one of at most " + std::to_string(kLargestSide) +
               " pixels a side");
    if (picture.channels != 1 && picture.channels != 3)
        refuse("The picture has " + std::to_string(picture.channels) + " channels: give a grey or an RGB picture");
    const std::size_t bytes = pixelCount(picture) * static_cast<std::size_t>(picture.channels);
    if (picture.pixels.size() != bytes)
        refuse("The picture has " + std::to_string(picture.pixels.size()) + " bytes but " + size + " pixels of " +
               std::to_string(picture.channels) + " channels need " + std::to_string(bytes) + ": give it whole");
}

Image withChannels(const Image& picture, int channels) {
    checkPicture(picture);
    if (picture.channels == channels)
        return picture;
    checkEqual(channels == 1 || channels == 3, true, "probes",
               "1 or 3 channels, not " + std::to_string(channels) + ", are wanted of a picture");
    const std::size_t count = pixelCount(picture);
    Image converted{picture.width, picture.height, channels, {}};
    converted.pixels.resize(count * static_cast<std::size_t>(channels));
    if (channels == 3) {
        for (std::size_t i = 0; i < count; ++i)
            for (std::size_t c = 0; c < 3; ++c)
                converted.pixels[3 * i + c] = picture.pixels[i];
        return converted;
    }
    const std::uint8_t* rgb = picture.pixels.data();
    for (std::size_t i = 0; i < count; ++i, rgb += 3)
        converted.pixels[i] =
            static_cast<std::uint8_t>((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >> 16);
    return converted;
}

} // namespace dinoscope
