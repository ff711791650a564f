// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstring>
#include <string>

namespace dinoscope {

/// The bytes of a number as they stand in memory: little endian on every machine that this program is built for.
template <class T> std::string rawBytes(T value) {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
}

} // namespace dinoscope
