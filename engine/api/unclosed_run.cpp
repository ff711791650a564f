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

/// What the lock file of a run tells.
struct Mark {
    std::int64_t since = 0; ///< when the run was opened
    bool held = false;      ///< by a living process
};

/// Nothing if the run was closed, or there is none.
std::optional<Mark> markOf(const std::string& folder) {
    const int file = ::open((folder + "/" + kRunLockFile).c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return std::nullopt;
    struct stat facts {};
    const bool marked = ::fstat(file, &facts) == 0 && facts.st_size > 0;
    const bool held = ::flock(file, LOCK_SH | LOCK_NB) != 0; // else given back with the file
    ::close(file);
    return marked ? std::optional(Mark{nanoseconds(facts.st_mtim), held}) : std::nullopt;
}

/// When the run was opened, if it was left without being closed.
std::optional<std::int64_t> leftSince(const std::string& folder) {
    const auto mark = markOf(folder);
    return mark && !mark->held ? std::optional(mark->since) : std::nullopt;
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

bool isRunOpen(const std::string& folder) {
    const auto mark = markOf(folder);
    return mark && mark->held;
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
