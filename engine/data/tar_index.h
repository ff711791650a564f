// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace dinoscope {

class OpenWatch;

/// A file inside of a tar file.
struct TarMember {
    std::string name;       ///< with its folders, bytes as they are stored
    std::int64_t begin = 0; ///< of the contents, in bytes from the begin of the tar file
    std::int64_t bytes = 0; ///< may reach behind the end of a tar file that is cut off
};

/// Lists the files in a tar file without reading their contents: ustar and older headers (POSIX.1-1988), extended
/// headers with path and size (pax, POSIX.1-2001), and GNU's long names and sizes in base 256. Folders, links and
/// devices are left out, and so is what follows a header that a cut file does not hold any more. Memory grows with the
/// number of members, a name takes at most 4096 bytes and a tar file at most ten million members. Blocks; any thread.
/// @throws EngineError(badInput), (notFound) or (io) whose sentence names the file and the way out, when it is no tar
/// file or a header is damaged; (cancelled) if `watch`, which is told of every header, is given up.
std::vector<TarMember> readTarIndex(const std::filesystem::path& file, OpenWatch* watch = nullptr);

} // namespace dinoscope
