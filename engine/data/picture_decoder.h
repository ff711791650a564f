// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/data/image_source.h"

#include <cstdint>
#include <span>
#include <string>

namespace dinoscope {

/// The largest picture that is decoded, and its longest side.
inline constexpr std::int64_t kLargestPicturePixels = 100'000'000;
inline constexpr std::int64_t kLongestPictureSide = 65'500;
/// The shortest side that crops can be cut from. The smallest crop of the published recipe covers 5 % of the area at an
/// aspect of 3 to 4, which is 0.19 of a side; where that is less than half a pixel, on sides of 1 or 2, it is rounded
/// to nothing.
inline constexpr int kShortestPictureSide = 3;

/// What becomes of orientation, transparency and depth.
struct PictureLoading {
    /// As the official code loads pictures, torchvision's pil_loader: Image.open(file).convert("RGB") of Pillow.
    /// Orientations of Exif data are not looked at (that of TIFF is a tag of the format and is), transparent pixels
    /// keep the colours they have under their alpha, and grey of 16 bits is cut at 255 instead of divided.
    bool official = false;
};

/// Decodes a JPEG, PNG, BMP, WebP or TIFF file, which is told by its first bytes, to upright RGB. Grey becomes three
/// equal channels, of 16 bits the upper 8 are kept, transparent pixels are laid over white (the alpha of BMP, which
/// most programs leave at zero, is not looked at), what Exif data say of the orientation is done; PictureLoading says
/// what is different when pictures are loaded as the official code does. The size is read from the header and checked
/// before memory is taken. `name` is what messages call the file. Any thread. A JPEG file is decoded at 1/shrink of its
/// size if `choose` is given and says so; where its orientation would turn a part of a pixel outwards, at a larger one.
/// @returns the shrink.
/// @throws PictureError whose verdict says whether the file is damaged, cut off, too large or of another kind.
int decodePicture(std::span<const std::uint8_t> file, const std::string& name, Image& out,
                  const PictureLoading& loading = {}, const ChooseShrink& choose = {});

/// @throws PictureError(tooSmall) for a picture with a side below kShortestPictureSide.
void checkShortestSide(const Image& picture, const std::string& name);

} // namespace dinoscope
