// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/data/open_source.h"

#include <string>

namespace dinoscope {

/// Whether a picture of this name belongs to the share of test pictures. Depends on nothing else: a set that grows
/// keeps its parts, and any program can repeat the choice. The FNV-1a hash (64 bits) of the name's bytes and one zero
/// byte, mixed by the finaliser of MurmurHash3, is compared with share * 2^64.
bool isTestName(const std::string& name, double share);

/// Cuts the training pictures of `sets` into two sets by their names (pictureName()), and notes how many became which.
/// Sets with test pictures or without labels, and a share of 0, stay as they are; so does a set of which one part would
/// be empty, with a note.
DataSets splitByName(DataSets sets, double share);

} // namespace dinoscope
