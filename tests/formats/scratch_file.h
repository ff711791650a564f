// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace dinoscope::testing {

/// A file in a fresh folder, which goes away with the object.
class ScratchFile {
public:
    explicit ScratchFile(const std::string& bytes = {}, const std::string& name = "file.pth") {
        std::string pattern = (std::filesystem::temp_directory_path() / "dinoscope-formats-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr)
            throw std::runtime_error("no folder can be made for temporary files");
        folder_ = pattern;
        path_ = pattern + "/" + name;
        std::ofstream(path_, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
    ~ScratchFile() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    ScratchFile(const ScratchFile&) = delete;
    ScratchFile& operator=(const ScratchFile&) = delete;

    const std::string& path() const { return path_; }
    const std::string& folder() const { return folder_; }

private:
    std::string folder_;
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
