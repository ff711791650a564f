// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

namespace dinoscope {

// Bytes of files on the disk. What is returned lives until the same thread asks for the next ones: memory is kept for
// those. `name` is what messages call the file or the picture in it. Blocks; any thread; never waits for the other end
// of a pipe. @throws PictureError: unreadable (with the code io or notFound, if the system does not hand it out),
// tooLarge for more than 1 GiB, truncated if a part lies behind the end.

std::span<const std::uint8_t> storedFile(const std::string& file, const std::string& name);
std::span<const std::uint8_t> storedPart(const std::string& file, std::int64_t begin, std::int64_t bytes,
                                         const std::string& name);

/// To be called when a file of a set is not handed out: looks whether it is that file alone, or whether `root`, or each
/// of up to 16 of its `count` files, has gone too. @throws EngineError(noPictures) in the latter case.
void checkStillThere(const std::filesystem::path& root, std::size_t count,
                     const std::function<std::filesystem::path(std::size_t index)>& file);

} // namespace dinoscope
