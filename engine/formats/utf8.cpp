// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/utf8.h"

#include <cstdint>

namespace dinoscope {
namespace {

bool isContinuation(std::string_view text, std::size_t i) {
    return i < text.size() && (static_cast<std::uint8_t>(text[i]) & 0xC0) == 0x80;
}

/// The bytes of the character at `i`, 0 if there is none, and the character.
std::size_t decode(std::string_view text, std::size_t i, std::uint32_t& character) {
    const auto first = static_cast<std::uint8_t>(text[i]);
    const std::size_t length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
    if (length <= 1) {
        character = first;
        return length;
    }
    character = first & (0xFFu >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
        if (!isContinuation(text, i + k))
            return 0;
        character = character << 6 | (static_cast<std::uint8_t>(text[i + k]) & 0x3F);
    }
    constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    return character < kSmallest[length] || character > 0x10FFFF ? 0 : length;
}

bool isSurrogate(std::uint32_t character) { return character >= 0xD800 && character <= 0xDFFF; }

} // namespace

TextFault textFault(std::string_view text) {
    TextFault fault = TextFault::none;
    for (std::size_t i = 0; i < text.size();) {
        std::uint32_t character = 0;
        const std::size_t length = decode(text, i, character);
        if (length == 0)
            return TextFault::invalid;
        if (isSurrogate(character))
            fault = TextFault::surrogates;
        i += length;
    }
    return fault;
}

std::string withoutSurrogates(std::string_view text) {
    std::string clean(text);
    for (std::size_t i = 0; i < clean.size();) {
        std::uint32_t character = 0;
        const std::size_t length = decode(clean, i, character);
        if (isSurrogate(character))
            clean.replace(i, length, "\xEF\xBF\xBD"); // three bytes as well
        i += length > 0 ? length : 1;
    }
    return clean;
}

} // namespace dinoscope
