// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace dinoscope {

/// What is wrong with a row of bytes as UTF-8 (RFC 3629). Python writes a byte of a file name that is no UTF-8 as a
/// lone surrogate.
enum class TextFault { none, surrogates, invalid };

TextFault textFault(std::string_view text);

/// The same text with U+FFFD in the place of each surrogate. For text whose fault is `surrogates`.
std::string withoutSurrogates(std::string_view text);

} // namespace dinoscope
