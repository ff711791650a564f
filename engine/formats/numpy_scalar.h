// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace dinoscope {

/// The number in the bytes of a numpy scalar. `type` is numpy's word for its dtype ("f8", "i4", "u1", "b1", ...),
/// `bigEndian` its byte order. Nothing for types that are no real number, for a wrong number of bytes and for integers
/// beyond 63 bits.
std::optional<std::variant<bool, std::int64_t, double>> numpyScalar(std::string_view type, bool bigEndian,
                                                                    std::span<const std::byte> bytes);

} // namespace dinoscope
