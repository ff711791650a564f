// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace dinoscope {

/// FNV-1a, 64 bits (Fowler, Noll, Vo), for fingerprints and for choices that hang on a name alone.
class NameHash {
public:
    void add(const void* data, std::size_t bytes) {
        for (const auto* byte = static_cast<const unsigned char*>(data); bytes > 0; --bytes, ++byte)
            value_ = (value_ ^ *byte) * 0x100000001b3ull;
    }
    void add(const std::string& text) { add(text.c_str(), text.size() + 1); }
    void add(std::int64_t number) { add(&number, sizeof number); }
    std::uint64_t value() const { return value_; }
    std::string text() const {
        static constexpr char digits[] = "0123456789abcdef";
        std::string hex;
        for (int shift = 60; shift >= 0; shift -= 4)
            hex.push_back(digits[value_ >> shift & 15]);
        return hex;
    }

private:
    std::uint64_t value_ = 0xcbf29ce484222325ull;
};

} // namespace dinoscope
