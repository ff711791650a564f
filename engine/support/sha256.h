// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace dinoscope {

/// SHA-256 (FIPS 180-4) of bytes that come in pieces. One thread.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void add(std::span<const std::byte> bytes);
    /// 64 lower-case hexadecimal digits; nothing may be added afterwards.
    std::string hex();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

/// Of a whole file, read in pieces. Blocks. @throws EngineError(io) that names the file.
std::string sha256OfFile(const std::string& path);

} // namespace dinoscope
