// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace dinoscope {

/// CRC-32 as ZIP archives record it.
std::uint32_t zipChecksum(std::span<const std::byte> bytes);

} // namespace dinoscope
