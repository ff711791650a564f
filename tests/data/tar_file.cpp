// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/data/tar_file.h"

#include <algorithm>
#include <cstdio>

namespace dinoscope::testing {
namespace {

void put(std::vector<std::uint8_t>& block, std::size_t at, const std::string& text) {
    std::copy(text.begin(), text.end(), block.begin() + static_cast<std::ptrdiff_t>(at));
}

std::string octal(std::int64_t value, int digits) {
    char text[32];
    std::snprintf(text, sizeof text, "%0*llo", digits, static_cast<unsigned long long>(value));
    return text;
}

/// "LENGTH KEY=VALUE\n", the length counts itself.
std::string record(const std::string& key, const std::string& value) {
    const std::string rest = " " + key + "=" + value + "\n";
    std::size_t length = rest.size() + 1;
    while (std::to_string(length).size() + rest.size() != length)
        ++length;
    return std::to_string(length) + rest;
}

} // namespace

void TarWriter::header(const std::string& name, const std::string& prefix, std::int64_t bytes, char type, Size size) {
    std::vector<std::uint8_t> block(512);
    put(block, 0, name.substr(0, 100));
    put(block, 100, "0000644");
    if (size == Size::octal) {
        put(block, 124, octal(bytes, 11));
    } else {
        block[124] = 0x80;
        for (std::size_t i = 0; i < 8; ++i)
            block[135 - i] = static_cast<std::uint8_t>(bytes >> 8 * i);
    }
    put(block, 136, octal(0, 11));
    block[156] = static_cast<std::uint8_t>(type);
    put(block, 257,
        std::string("ustar\0"
                    "00",
                    8));
    put(block, 345, prefix);
    put(block, 148, "        ");
    std::int64_t sum = 0;
    for (const std::uint8_t byte : block)
        sum += byte;
    put(block, 148, octal(sum, 6) + std::string("\0 ", 2));
    bytes_.insert(bytes_.end(), block.begin(), block.end());
}

void TarWriter::contents(const std::string& bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    bytes_.resize((bytes_.size() + 511) / 512 * 512);
}

TarWriter& TarWriter::add(const std::string& name, const std::string& bytes, char type, Size size) {
    header(name, {}, static_cast<std::int64_t>(bytes.size()), type, size);
    contents(bytes);
    return *this;
}

TarWriter& TarWriter::addWithPrefix(const std::string& prefix, const std::string& name, const std::string& bytes) {
    header(name, prefix, static_cast<std::int64_t>(bytes.size()), '0', Size::octal);
    contents(bytes);
    return *this;
}

TarWriter& TarWriter::addGnu(const std::string& name, const std::string& bytes) {
    add("././@LongLink", name + std::string(1, '\0'), 'L');
    return add(name.substr(0, 100), bytes);
}

TarWriter& TarWriter::addPax(const std::vector<std::pair<std::string, std::string>>& records, const std::string& bytes,
                             std::int64_t sizeInHeader) {
    std::string text;
    for (const auto& [key, value] : records)
        text += record(key, value);
    add("PaxHeaders/x", text, 'x');
    header("other", {}, sizeInHeader < 0 ? static_cast<std::int64_t>(bytes.size()) : sizeInHeader, '0', Size::octal);
    contents(bytes);
    return *this;
}

std::vector<std::uint8_t> TarWriter::file() const {
    std::vector<std::uint8_t> whole = bytes_;
    whole.resize(whole.size() + 1024);
    return whole;
}

} // namespace dinoscope::testing
