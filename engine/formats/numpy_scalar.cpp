// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/numpy_scalar.h"

#include <bit>
#include <cmath>
#include <limits>

namespace dinoscope {
namespace {

double fromHalf(std::uint16_t bits) {
    const int exponent = bits >> 10 & 31;
    const int fraction = bits & 1023;
    double value = 0;
    if (exponent == 31)
        value = fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
    else if (exponent == 0)
        value = std::ldexp(fraction, -24);
    else
        value = std::ldexp(fraction + 1024, exponent - 25);
    return bits & 0x8000 ? -value : value;
}

} // namespace

std::optional<std::variant<bool, std::int64_t, double>> numpyScalar(std::string_view type, bool bigEndian,
                                                                    std::span<const std::byte> bytes) {
    if (type.size() != 2 || bytes.size() > 8 || static_cast<std::size_t>(type[1] - '0') != bytes.size())
        return std::nullopt;
    const std::size_t size = bytes.size();
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < size; ++i)
        bits |= std::to_integer<std::uint64_t>(bytes[bigEndian ? size - 1 - i : i]) << (8 * i);
    const bool whole = size == 1 || size == 2 || size == 4 || size == 8;
    switch (type[0]) {
    case 'b': return size == 1 ? std::optional<std::variant<bool, std::int64_t, double>>(bits != 0) : std::nullopt;
    case 'u':
        if (!whole || bits > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return std::nullopt;
        return static_cast<std::int64_t>(bits);
    case 'i': {
        if (!whole)
            return std::nullopt;
        const unsigned unused = static_cast<unsigned>(64 - 8 * size);
        return static_cast<std::int64_t>(bits << unused) >> unused;
    }
    case 'f':
        if (size == 2)
            return fromHalf(static_cast<std::uint16_t>(bits));
        if (size == 4)
            return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
        return size == 8 ? std::optional<std::variant<bool, std::int64_t, double>>(std::bit_cast<double>(bits))
                         : std::nullopt;
    default: return std::nullopt;
    }
}

} // namespace dinoscope
