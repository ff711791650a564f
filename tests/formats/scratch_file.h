// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/scratch_folder.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace dinoscope::testing {

/// A file in a fresh folder, which goes away with the object.
class ScratchFile {
public:
    explicit ScratchFile(const std::string& bytes = {}, const std::string& name = "file.pth")
        : path_((folder_ / name).string()) {
        std::ofstream(path_, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }

    const std::string& path() const { return path_; }
    std::string folder() const { return folder_.path().string(); }

private:
    ScratchFolder folder_;
    std::string path_;
};

/// All bytes of a file. Throws if it cannot be read, so that a test whose file is missing fails.
inline std::string fileBytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw std::runtime_error("'" + path + "' is missing");
    return {std::istreambuf_iterator<char>(file), {}};
}

/// A file among the recorded numbers.
inline std::string referenceFile(const std::string& name) {
    const char* folder = std::getenv("DINOSCOPE_REFERENCE");
    const char* source = std::getenv("DINOSCOPE_SOURCE");
    const std::string path =
        folder ? std::string(folder) + "/" + name : std::string(source ? source : ".") + "/../shared/reference/" + name;
    if (!std::filesystem::exists(path))
        throw std::runtime_error("'" + path +
                                 "' is missing: set DINOSCOPE_REFERENCE to the folder with the recordings");
    return path;
}

} // namespace dinoscope::testing
