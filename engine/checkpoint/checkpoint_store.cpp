// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/checkpoint_store.h"

#include "engine/support/check.h"
#include "engine/support/durable_file.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>

namespace dinoscope {
namespace {

constexpr std::int64_t kFewestKept = 2;

bool isIncomplete(const std::string& name) { return name.ends_with(kIncompleteSuffix); }

/// Renamed first, so that half of a checkpoint is never taken for one.
void removeCheckpoint(const std::string& path) {
    const std::string doomed = path + kIncompleteSuffix;
    std::error_code code;
    std::filesystem::remove_all(doomed, code);
    std::filesystem::rename(path, doomed, code);
    if (!code)
        std::filesystem::remove_all(doomed, code);
}

bool isWhole(const std::string& path) {
    try {
        verifyCheckpoint(path);
        return true;
    } catch (const EngineError&) {
        return false;
    }
}

/// Adds to what is kept the newest whole checkpoint that would go, if none of the others that stay beside `newest` is
/// whole. Reads one checkpoint as a rule.
void keepAPredecessor(const std::vector<CheckpointEntry>& entries, const CheckpointEntry& newest,
                      std::set<std::string>& kept) {
    for (const bool stays : {true, false})
        for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
            if (entry->path != newest.path && kept.contains(entry->path) == stays && isWhole(entry->path)) {
                kept.insert(entry->path);
                return;
            }
}

} // namespace

std::string checkpointName(Step step) {
    char name[32];
    std::snprintf(name, sizeof name, "step-%09lld", static_cast<long long>(step.value));
    return name;
}

CheckpointStore::CheckpointStore(const std::string& runFolder) : folder_(runFolder + "/checkpoints") {}

std::vector<std::string> CheckpointStore::paths() const {
    std::vector<std::string> all;
    std::error_code code;
    for (std::filesystem::directory_iterator entry(folder_, code), end; !code && entry != end; entry.increment(code)) {
        const std::string name = entry->path().filename().string();
        if (name.starts_with("step-") && !isIncomplete(name))
            all.push_back(entry->path().string());
    }
    std::sort(all.begin(), all.end());
    return all;
}

std::vector<CheckpointEntry> CheckpointStore::list() const {
    std::vector<CheckpointEntry> entries;
    for (const std::string& path : paths()) {
        try {
            entries.push_back(readCheckpointEntry(path));
        } catch (const EngineError&) {
            continue; // newestGood() says what is wrong with it
        }
    }
    std::stable_sort(entries.begin(), entries.end(),
                     [](const auto& a, const auto& b) { return a.moment.step < b.moment.step; });
    return entries;
}

CheckpointEntry CheckpointStore::save(const CheckpointContent& content, const Retention& retention) {
    makeFolders(folder_);
    const std::string name = checkpointName(content.moment.step);
    const CheckpointEntry entry = writeCheckpoint(folder_, name, content);
    const SafetensorsFile header(stateFileOf(entry.path)); // before anything older goes
    checkEqual(header.tensors().size(), content.tensors.size(), "checkpoint", "Tensors of a new checkpoint");
    replaceFile(folder_ + "/last", name + "\n");
    rotate(retention, entry);
    return entry;
}

void CheckpointStore::rotate(const Retention& retention, const CheckpointEntry& newest) {
    const std::vector<CheckpointEntry> entries = list();
    std::set<std::string> kept{newest.path};
    const auto count = static_cast<std::int64_t>(entries.size());
    for (std::int64_t i = std::max<std::int64_t>(0, count - std::max(retention.last, kFewestKept)); i < count; ++i)
        kept.insert(entries[static_cast<std::size_t>(i)].path);
    const CheckpointEntry* best = nullptr;
    for (const CheckpointEntry& entry : entries) {
        const SavedMoment& moment = entry.moment;
        const bool epoch = retention.everyEpochs > 0 && moment.epochEnd && moment.epoch.value > 0 &&
                           moment.epoch.value % retention.everyEpochs == 0;
        if (moment.kept || epoch)
            kept.insert(entry.path);
        if (moment.accuracy && (!best || *moment.accuracy > *best->moment.accuracy))
            best = &entry;
    }
    if (retention.best && best)
        kept.insert(best->path);
    if (kept.size() < entries.size())
        keepAPredecessor(entries, newest, kept);
    for (const CheckpointEntry& entry : entries)
        if (!kept.contains(entry.path))
            removeCheckpoint(entry.path);
}

CheckpointStore::Newest CheckpointStore::newestGood(std::optional<Step> step) const {
    Newest newest;
    std::vector<std::string> all = paths();
    std::reverse(all.begin(), all.end());
    for (const std::string& path : all) {
        if (step && std::filesystem::path(path).filename().string() != checkpointName(*step))
            continue;
        try {
            newest.entry = verifyCheckpoint(path);
            return newest;
        } catch (const EngineError& error) {
            newest.problems.push_back(error.error().message);
        }
    }
    return newest;
}

void CheckpointStore::removeLeftovers() {
    std::vector<std::filesystem::path> leftovers;
    std::error_code code;
    for (std::filesystem::directory_iterator entry(folder_, code), end; !code && entry != end; entry.increment(code))
        if (isIncomplete(entry->path().filename().string()))
            leftovers.push_back(entry->path());
    for (const auto& path : leftovers)
        std::filesystem::remove_all(path, code);
}

} // namespace dinoscope
