// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/error.h"
#include "engine/api/image.h"

#include <string>
#include <variant>

namespace dinoscope {

// Implemented in the data room.

/// A picture of a person's own, decoded as a picture of the data set is: upright RGB, transparency over white; with
/// `officialLoading` as data.official_loading says. Blocks for reading and decoding, seconds for the largest pictures;
/// any thread, but not the window's.
/// @returns an error whose sentence names the file and the way out: it is missing, a folder, not a picture, damaged,
/// cut off, too large, too small, or may not be read.
std::variant<Image, Error> readPictureFile(const std::string& path, bool officialLoading);

} // namespace dinoscope
