// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/augment/png_file.h"

#include <zlib.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace dinoscope::testing {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::uint32_t number(const Bytes& bytes, std::size_t at) {
    return (std::uint32_t{bytes.at(at)} << 24) | (std::uint32_t{bytes.at(at + 1)} << 16) |
           (std::uint32_t{bytes.at(at + 2)} << 8) | bytes.at(at + 3);
}

int predict(int filter, int left, int above, int corner) {
    if (filter == 1)
        return left;
    if (filter == 2)
        return above;
    if (filter == 3)
        return (left + above) / 2;
    if (filter == 4) {
        const int guess = left + above - corner;
        const int a = std::abs(guess - left), b = std::abs(guess - above), c = std::abs(guess - corner);
        return a <= b && a <= c ? left : b <= c ? above : corner;
    }
    return 0;
}

Bytes unpack(const Bytes& packed, std::size_t room, const std::string& name) {
    Bytes rows(room);
    uLongf length = room;
    if (uncompress(rows.data(), &length, packed.data(), packed.size()) != Z_OK || length != room)
        throw std::runtime_error(name + " cannot be unpacked");
    return rows;
}

} // namespace

Image readPng(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        throw std::runtime_error(file.string() + " cannot be opened");
    const Bytes bytes{std::istreambuf_iterator<char>(stream), {}};
    Image image;
    Bytes packed;
    for (std::size_t at = 8; at + 12 <= bytes.size();) {
        const std::uint32_t length = number(bytes, at);
        const std::string kind(bytes.begin() + static_cast<std::ptrdiff_t>(at) + 4,
                               bytes.begin() + static_cast<std::ptrdiff_t>(at) + 8);
        if (kind == "IHDR") {
            image.width = static_cast<int>(number(bytes, at + 8));
            image.height = static_cast<int>(number(bytes, at + 12));
            image.channels = bytes.at(at + 17) == 2 ? 3 : 1;
            if (bytes.at(at + 16) != 8 || (bytes.at(at + 17) != 2 && bytes.at(at + 17) != 0) || bytes.at(at + 20) != 0)
                throw std::runtime_error(file.string() + " is not an 8-bit grey or RGB picture without interlacing");
        } else if (kind == "IDAT") {
            packed.insert(packed.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at) + 8,
                          bytes.begin() + static_cast<std::ptrdiff_t>(at + 8 + length));
        }
        at += 12 + length;
    }
    const auto step = static_cast<std::size_t>(image.channels);
    const std::size_t row = static_cast<std::size_t>(image.width) * step;
    const auto height = static_cast<std::size_t>(image.height);
    const Bytes filtered = unpack(packed, height * (row + 1), file.string());
    image.pixels.resize(height * row);
    for (std::size_t y = 0; y < height; ++y) {
        const int filter = filtered[y * (row + 1)];
        for (std::size_t x = 0; x < row; ++x) {
            const int left = x >= step ? image.pixels[y * row + x - step] : 0;
            const int above = y > 0 ? image.pixels[(y - 1) * row + x] : 0;
            const int corner = x >= step && y > 0 ? image.pixels[(y - 1) * row + x - step] : 0;
            image.pixels[y * row + x] =
                static_cast<std::uint8_t>(filtered[y * (row + 1) + 1 + x] + predict(filter, left, above, corner));
        }
    }
    return image;
}

std::filesystem::path referenceFolder() {
    std::filesystem::path folder;
    if (const char* given = std::getenv("DINOSCOPE_REFERENCE"))
        folder = given;
    else if (const char* source = std::getenv("DINOSCOPE_SOURCE"))
        folder = std::filesystem::path(source) / ".." / "shared" / "reference";
    if (!std::filesystem::is_directory(folder))
        throw std::runtime_error("the reference data is not in '" + folder.string() +
                                 "': set DINOSCOPE_REFERENCE to the folder that holds it");
    return folder;
}

} // namespace dinoscope::testing
