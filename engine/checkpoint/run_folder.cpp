// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/run_folder.h"

#include "engine/support/check.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <utility>

namespace dinoscope {
namespace {

constexpr auto kWriteInterval = std::chrono::milliseconds(250);
constexpr int kWriterNice = 10;

[[noreturn]] void failWriting(const std::string& path, int code) {
    throw EngineError(ErrorCode::io, "checkpoint",
                      "The file '" + path + "' could not be written: " + std::strerror(code) +
                          ". Check the folder's permissions and the free space.");
}

/// Writes `text` to `path` and makes sure that it arrived.
void writeFile(const std::string& path, const char* mode, const std::string& text) {
    std::FILE* file = std::fopen(path.c_str(), mode);
    if (!file)
        failWriting(path, errno);
    bool good = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    int code = errno;
    if (std::fclose(file) != 0) {
        good = false;
        code = errno;
    }
    if (!good)
        failWriting(path, code);
}

void prepareFolder(const std::string& path) {
    std::error_code code;
    if (std::filesystem::exists(path, code)) {
        if (!std::filesystem::is_directory(path, code))
            throw EngineError(ErrorCode::io, "checkpoint", "'" + path + "' is a file; choose a folder for the run.");
        if (!std::filesystem::is_empty(path, code) || code)
            throw EngineError(ErrorCode::io, "checkpoint",
                              code ? "The folder '" + path + "' cannot be read: " + code.message() +
                                         "; choose another folder for the run."
                                   : "The folder '" + path +
                                         "' is not empty; choose a new folder, so that no earlier run is overwritten.");
        return;
    }
    if (code || !std::filesystem::create_directories(path, code))
        throw EngineError(ErrorCode::io, "checkpoint",
                          "The folder '" + path + "' cannot be made: " + code.message() +
                              "; choose another folder for the run.");
}

} // namespace

RunFolder::RunFolder(std::string path, const std::vector<MetricSpec>& metrics, const std::string& configText)
    : path_(std::move(path)) {
    while (path_.size() > 1 && path_.back() == '/')
        path_.pop_back();
    prepareFolder(path_);
    writeFile(path_ + "/config.toml", "wb", configText);
    writeFile(path_ + "/log.txt", "ab", "");
    store_ = std::make_unique<MetricsStore>(path_ + "/metrics.sqlite", metrics);
    writer_ = std::thread([this] { writerLoop(); });
}

RunFolder::~RunFolder() {
    {
        std::lock_guard lock(mutex_);
        closing_ = true;
    }
    changed_.notify_all();
    writer_.join();
}

void RunFolder::add(const MetricPoint& point) {
    std::lock_guard lock(mutex_);
    waiting_.points.push_back(point);
}

void RunFolder::addChange(LiveChange change) {
    std::lock_guard lock(mutex_);
    waiting_.changes.push_back(std::move(change));
}

void RunFolder::addLogLine(std::string line) {
    std::lock_guard lock(mutex_);
    waiting_.lines.push_back(std::move(line));
}

std::string RunFolder::takeProblem() {
    std::lock_guard lock(mutex_);
    return std::exchange(problem_, {});
}

bool RunFolder::flush() {
    std::unique_lock lock(mutex_);
    flushing_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !flushing_; });
    return !failing_;
}

std::vector<MetricPoint> RunFolder::history(Step from) {
    flush();
    std::lock_guard lock(storeMutex_);
    return store_->pointsFrom(from);
}

void RunFolder::writerLoop() {
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kWriterNice);
    Batch batch; // taken over, not yet written
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait_for(lock, kWriteInterval, [this] { return flushing_ || closing_; });
        const bool last = closing_, flushing = flushing_;
        std::move(waiting_.points.begin(), waiting_.points.end(), std::back_inserter(batch.points));
        std::move(waiting_.changes.begin(), waiting_.changes.end(), std::back_inserter(batch.changes));
        std::move(waiting_.lines.begin(), waiting_.lines.end(), std::back_inserter(batch.lines));
        waiting_ = {};
        if (!batch.empty()) {
            lock.unlock();
            std::string failure = write(batch);
            lock.lock();
            if (!failure.empty() && !failing_)
                problem_ = failure + " Training goes on; what could not be written is kept and tried again.";
            failing_ = !failure.empty();
        }
        if (flushing) {
            flushing_ = false;
            changed_.notify_all();
        }
        if (last)
            return;
    }
}

std::string RunFolder::write(Batch& batch) {
    try {
        std::lock_guard lock(storeMutex_);
        store_->append(batch.points, batch.changes);
        batch.points.clear();
        batch.changes.clear();
        appendLines(batch.lines);
        batch.lines.clear();
    } catch (const EngineError& error) {
        return error.error().message;
    } catch (const std::exception& error) {
        return "The run folder '" + path_ + "' could not be written: " + error.what() + ".";
    }
    return {};
}

void RunFolder::appendLines(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines)
        text += line + '\n';
    if (!text.empty())
        writeFile(path_ + "/log.txt", "ab", text);
}

} // namespace dinoscope
