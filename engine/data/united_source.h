// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/data/open_source.h"

#include <string>
#include <vector>

namespace dinoscope {

/// Sets that were opened one by one, and what each is called in the names of its pictures.
struct NamedSets {
    std::string name;
    DataSets sets;
};

/// One set of all training pictures, in the order of the parts, and one of all test pictures, if a part has some.
/// Classes of one name are one class, whatever their numbers were; the order is that in which the names first come.
/// Pictures of parts without labels have none. If a part has colours, grey ones get them too.
DataSets uniteSets(std::vector<NamedSets> parts);

} // namespace dinoscope
