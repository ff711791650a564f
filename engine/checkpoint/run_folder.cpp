// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/run_folder.h"

#include "engine/checkpoint/checkpoint_store.h"
#include "engine/support/check.h"
#include "engine/support/durable_file.h"

#include <nlohmann/json.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace dinoscope {
namespace {

constexpr auto kWriteInterval = std::chrono::milliseconds(250);
constexpr int kWriterNice = 10;

/// @returns whether it was made.
bool prepareFolder(const std::string& path) {
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
        return false;
    }
    if (code || !std::filesystem::create_directories(path, code))
        throw EngineError(ErrorCode::io, "checkpoint",
                          "The folder '" + path + "' cannot be made: " + code.message() +
                              "; choose another folder for the run.");
    return true;
}

/// Takes away what a run that could not be begun has left in its folder, so that the next one can use it.
void clearFolder(const std::string& path) {
    std::error_code ignored;
    for (const char* name :
         {"config.toml", "log.txt", "metrics.sqlite", "metrics.sqlite-wal", "metrics.sqlite-shm", "lock"})
        std::filesystem::remove(path + "/" + name, ignored);
}

/// The lines of a log that belong to earlier epochs. What is no line of a log ends it.
std::string linesBefore(const std::string& path, Epoch epoch) {
    std::ifstream file(path, std::ios::binary);
    std::string text;
    for (std::string line; std::getline(file, line) && !file.eof();) {
        const auto values = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
        if (!values.is_object() || !values.contains("epoch") || !values["epoch"].is_number_integer() ||
            values["epoch"].get<std::int64_t>() >= epoch.value)
            break;
        text += line + '\n';
    }
    return text;
}

} // namespace

std::string runFolderPath(std::string path) {
    while (path.size() > 1 && path.back() == '/')
        path.pop_back();
    return path;
}

RunFolder::RunFolder(std::string path, const std::vector<MetricSpec>& metrics, const std::string& configText,
                     bool events)
    : path_(runFolderPath(std::move(path))), journal_(path_, metrics, events) {
    const bool made = prepareFolder(path_);
    try {
        lock_ = std::make_unique<FolderLock>(path_);
        appendToFile(path_ + "/config.toml", configText);
        appendToFile(path_ + "/log.txt", "");
        store_ = std::make_unique<MetricsStore>(path_ + "/metrics.sqlite", metrics);
    } catch (...) {
        if (lock_) // else another one may have it
            clearFolder(path_);
        std::error_code ignored;
        if (made)
            std::filesystem::remove(path_, ignored); // does nothing to a folder that is not empty
        throw;
    }
    startWriter();
}

RunFolder::RunFolder(std::string path, const std::vector<MetricSpec>& metrics, const Continuation& from, bool events)
    : path_(runFolderPath(std::move(path))), journal_(path_, metrics, events) {
    std::error_code code;
    const std::string points = path_ + "/metrics.sqlite";
    if (!std::filesystem::exists(points, code))
        throw EngineError(ErrorCode::notFound, "checkpoint", "'" + path_ + "' is not the folder of a run.");
    lock_ = std::make_unique<FolderLock>(path_);
    if (from.step < Step{0} && !CheckpointStore(path_).paths().empty()) // since somebody looked without the lock
        throw EngineError(ErrorCode::io, "checkpoint",
                          "The run in '" + path_ + "' has a checkpoint by now: open it again to go on from there.");
    if (!MetricsStore::agrees(points, metrics))
        throw EngineError(ErrorCode::badInput, "checkpoint",
                          "'" + points +
                              "' was written by another version of Dinoscope: fork the run into a new "
                              "folder instead.");
    store_ = std::make_unique<MetricsStore>(points, metrics);
    store_->truncate(from.step, from.changes);
    journal_.truncate(from.step, from.changes);
    replaceFile(path_ + "/log.txt", linesBefore(path_ + "/log.txt", from.epoch));
    startWriter();
}

void RunFolder::startWriter() {
    lock_->markOpen();
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
    const std::uint64_t ticket = ++flushAsked_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return flushDone_ >= ticket; });
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
        changed_.wait_for(lock, kWriteInterval, [this] { return flushAsked_ > flushDone_ || closing_; });
        const bool last = closing_;
        const std::uint64_t asked = flushAsked_;
        std::move(waiting_.points.begin(), waiting_.points.end(), std::back_inserter(batch.points));
        std::move(waiting_.changes.begin(), waiting_.changes.end(), std::back_inserter(batch.changes));
        std::move(waiting_.lines.begin(), waiting_.lines.end(), std::back_inserter(batch.lines));
        waiting_ = {};
        if (const bool flushes = asked > flushDone_; flushes || !batch.empty()) {
            lock.unlock();
            std::string failure = write(batch, flushes);
            lock.lock();
            if (!failure.empty() && !failing_)
                problem_ = failure + " Training goes on; what could not be written is kept and tried again.";
            failing_ = !failure.empty();
        }
        if (asked > flushDone_) {
            flushDone_ = asked;
            changed_.notify_all();
        }
        if (last)
            return;
    }
}

std::string RunFolder::write(Batch& batch, bool sync) {
    try {
        std::lock_guard lock(storeMutex_);
        if (!batch.points.empty() || !batch.changes.empty())
            store_->append(batch.points, batch.changes);
        journal_.add(batch.points, batch.changes);
        batch.points.clear();
        batch.changes.clear();
        appendLines(batch.lines);
        batch.lines.clear();
        journal_.write();
        if (sync)
            store_->sync();
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
        appendToFile(path_ + "/log.txt", text);
}

} // namespace dinoscope
