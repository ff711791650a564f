// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/zip_checksum.h"

#include <zlib.h>

namespace dinoscope {

std::uint32_t zipChecksum(std::span<const std::byte> bytes) {
    return static_cast<std::uint32_t>(
        crc32_z(crc32_z(0, nullptr, 0), reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

} // namespace dinoscope
