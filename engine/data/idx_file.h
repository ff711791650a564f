// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace dinoscope {

/// The contents of an IDX file of unsigned bytes (the format of the MNIST files): two zero bytes, the type 0x08, the
/// number of dimensions, each dimension as a big-endian 32-bit number, then the values in row-major order.
struct IdxArray {
    std::vector<std::int64_t> dimensions;
    std::vector<std::uint8_t> values;
};

/// Reads a plain or gzip-compressed IDX file. Blocks; any thread. The header is compared with the size of the file
/// before memory is taken (a gzip file cannot hold more than 1032 times its size), and memory grows only with what
/// really arrives.
/// @throws EngineError(badInput, io or notFound) whose sentence names the file, what is wrong and the way out.
IdxArray readIdx(const std::filesystem::path& file);

} // namespace dinoscope
