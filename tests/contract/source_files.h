// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace dinoscope::contract {

struct SourceFile {
    std::string path; ///< from the source root, with '/'
    std::vector<std::string> lines;

    bool isHeader() const;
    bool isCpp() const; ///< header or source of C++ or CUDA
};

/// Every text file of the project that a person wrote: sources, CMake files, scripts, style sheets; build folders and
/// licence texts left out. @throws std::runtime_error if DINOSCOPE_SOURCE does not name the source folder.
const std::vector<SourceFile>& sourceFiles();

/// What stands between the brackets or quotes of an #include line, with its opening mark: "<vector>" gives "<vector".
/// Empty for other lines.
std::string includedBy(const std::string& line);

} // namespace dinoscope::contract
