// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/contract/source_files.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>

namespace dinoscope::contract {
namespace {

namespace fs = std::filesystem;

fs::path sourceRoot() {
    const char* folder = std::getenv("DINOSCOPE_SOURCE");
    if (!folder || !fs::exists(fs::path(folder) / "engine/api/engine.h"))
        throw std::runtime_error("DINOSCOPE_SOURCE must name the source folder; ctest sets it.");
    return folder;
}

std::vector<std::string> readLines(const fs::path& path) {
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);)
        lines.push_back(std::move(line));
    return lines;
}

bool isWritten(const fs::path& path, const std::vector<std::string>& lines) {
    static const std::set<std::string> endings = {".h", ".cpp", ".cu", ".cuh", ".cmake", ".sh", ".py", ".qss"};
    const bool script = path.extension().empty() && !lines.empty() && lines.front().starts_with("#!");
    return script || endings.contains(path.extension()) || path.filename() == "CMakeLists.txt";
}

std::vector<SourceFile> readAll() {
    const fs::path root = sourceRoot();
    std::vector<SourceFile> files;
    const auto add = [&](const fs::path& path) {
        SourceFile file{path.lexically_relative(root).generic_string(), readLines(path)};
        if (isWritten(path, file.lines))
            files.push_back(std::move(file));
    };
    add(root / "CMakeLists.txt");
    for (const char* top : {".ci", "app", "engine", "packaging", "resources", "tests", "ui", "widgets"}) {
        if (!fs::exists(root / top))
            continue;
        for (const auto& entry : fs::recursive_directory_iterator(root / top))
            if (entry.is_regular_file())
                add(entry.path());
    }
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return files;
}

} // namespace

bool SourceFile::isHeader() const { return path.ends_with(".h") || path.ends_with(".cuh"); }

bool SourceFile::isCpp() const { return isHeader() || path.ends_with(".cpp") || path.ends_with(".cu"); }

const std::vector<SourceFile>& sourceFiles() {
    static const std::vector<SourceFile> files = readAll();
    return files;
}

std::string includedBy(const std::string& line) {
    const auto hash = line.find_first_not_of(" \t");
    if (hash == std::string::npos || line[hash] != '#')
        return {};
    const auto word = line.find_first_not_of(" \t", hash + 1);
    if (word == std::string::npos || line.compare(word, 7, "include") != 0)
        return {};
    const auto open = line.find_first_of("<\"", word);
    if (open == std::string::npos)
        return {};
    const auto close = line.find_first_of(">\"", open + 1);
    return line.substr(open, close - open);
}

} // namespace dinoscope::contract
