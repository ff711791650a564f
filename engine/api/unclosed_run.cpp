// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/unclosed_run.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <utility>

namespace dinoscope {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:=+,@%-";

std::int64_t nanoseconds(const timespec& time) { return std::int64_t{1000000000} * time.tv_sec + time.tv_nsec; }

/// When the run was opened, if it was left without being closed.
std::optional<std::int64_t> leftSince(const std::string& folder) {
    const int file = ::open((folder + "/" + kRunLockFile).c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return std::nullopt;
    struct stat facts {};
    const bool marked = ::fstat(file, &facts) == 0 && facts.st_size > 0;
    const bool left = marked && ::flock(file, LOCK_SH | LOCK_NB) == 0; // given back with the file
    ::close(file);
    return left ? std::optional(nanoseconds(facts.st_mtim)) : std::nullopt;
}

/// The newest report of a crash since then.
std::string crashReportIn(const std::string& folder, std::int64_t since) {
    std::string newest;
    std::error_code code;
    for (fs::directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code)) {
        const std::string name = entry->path().filename().string();
        struct stat facts {};
        if (name.starts_with("crash-") && name.ends_with(".txt") && ::stat(entry->path().c_str(), &facts) == 0 &&
            nanoseconds(facts.st_mtim) >= since)
            newest = std::max(newest, entry->path().string());
    }
    return newest;
}

bool hasCheckpoint(const std::string& folder) {
    std::error_code code;
    for (fs::directory_iterator entry(folder + "/checkpoints", code), end; !code && entry != end;
         entry.increment(code)) {
        const std::string name = entry->path().filename().string();
        if (name.starts_with("step-") && !name.ends_with(".incomplete"))
            return true;
    }
    return false;
}

} // namespace

std::optional<UnclosedRun> unclosedRun(const std::string& folder) {
    const auto since = leftSince(folder);
    if (!since)
        return std::nullopt;
    return UnclosedRun{folder, crashReportIn(folder, *since), hasCheckpoint(folder)};
}

std::optional<UnclosedRun> newestUnclosedRun(const std::string& runsFolder) {
    std::pair<std::int64_t, std::string> newest{-1, {}};
    std::error_code code;
    for (fs::directory_iterator entry(runsFolder, code), end; !code && entry != end; entry.increment(code)) {
        const std::string folder = entry->path().string();
        const auto since = leftSince(folder);
        if (since && hasCheckpoint(folder))
            newest = std::max(newest, std::pair(*since, folder));
    }
    return newest.first < 0 ? std::nullopt : unclosedRun(newest.second);
}

std::string continueCommand(const std::string& folder) {
    std::string command = "dinoscope-cli train --resume ";
    if (folder.find_first_not_of(kPlain) == folder.npos)
        return command + folder;
    command.push_back('\'');
    for (const char letter : folder) {
        if (letter == '\'')
            command.append("'\\'");
        command.push_back(letter);
    }
    command.push_back('\'');
    return command;
}

} // namespace dinoscope
