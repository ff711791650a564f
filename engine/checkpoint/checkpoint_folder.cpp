// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/checkpoint_folder.h"

#include "engine/support/check.h"
#include "engine/support/durable_file.h"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace dinoscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kSchema = 1;
constexpr const char *kState = "state.safetensors", *kValues = "values.json";
constexpr const char *kManifest = "manifest.json", *kManifestSum = "manifest.sha256";
constexpr std::size_t kMostManifestBytes = 1 << 20;
constexpr std::uint64_t kReserve = 16 << 20; // bytes that are left free

std::string joined(const std::string& folder, const std::string& name) { return folder + "/" + name; }

[[noreturn]] void damaged(const std::string& path, const std::string& what) {
    throw EngineError(ErrorCode::badInput, "checkpoint",
                      "'" + path + "' " + what + ": this checkpoint is damaged, take the one before it.");
}

template <class Number> bool allFinite(std::span<const std::byte> bytes) {
    for (std::size_t at = 0; at + sizeof(Number) <= bytes.size(); at += sizeof(Number)) {
        Number value;
        std::memcpy(&value, bytes.data() + at, sizeof value);
        if (!std::isfinite(value))
            return false;
    }
    return true;
}

void checkFinite(const std::vector<TensorView>& tensors) {
    for (const TensorView& view : tensors)
        if (!(view.type == ElementType::f32   ? allFinite<float>(view.bytes)
              : view.type == ElementType::f64 ? allFinite<double>(view.bytes)
                                              : true))
            throw EngineError(ErrorCode::nonFinite, "checkpoint",
                              "The tensor " + view.name +
                                  " holds values that are not finite, so nothing was saved; the earlier checkpoints "
                                  "are untouched.");
}

void checkRoom(const std::string& parent, const CheckpointContent& content) {
    std::uint64_t bytes = content.values.size();
    for (const TensorView& view : content.tensors)
        bytes += view.bytes.size();
    const std::uint64_t wanted = bytes + bytes / 5 + kReserve, free = freeBytes(parent);
    if (free < wanted)
        throw EngineError(ErrorCode::io, "checkpoint",
                          "'" + parent + "' has " + std::to_string(free >> 20) + " MiB free and a checkpoint needs " +
                              std::to_string(wanted >> 20) + " MiB. Free space on the disk, or choose another folder.");
}

Json manifestOf(const SavedMoment& moment, const Json& files) {
    Json manifest{{"schema", kSchema},
                  {"step", moment.step.value},
                  {"epoch", moment.epoch.value},
                  {"epoch_end", moment.epochEnd},
                  {"train_seconds", moment.trainSeconds},
                  {"accuracy", nullptr},
                  {"kept", moment.kept},
                  {"note", moment.note},
                  {"saved_at", moment.savedAt},
                  {"files", files}};
    if (moment.accuracy)
        manifest["accuracy"] = *moment.accuracy;
    return manifest;
}

/// Writes every file of the checkpoint into `folder`.
void writeFiles(const std::string& folder, const CheckpointContent& content) {
    Json files = Json::array();
    DurableFile state(joined(folder, kState));
    state.write(safetensorsHead(content.tensors));
    for (const TensorView& view : content.tensors)
        state.write(view.bytes);
    files.push_back({{"name", kState}, {"bytes", state.size()}, {"sha256", state.finish()}});
    DurableFile values(joined(folder, kValues));
    values.write(content.values);
    files.push_back({{"name", kValues}, {"bytes", values.size()}, {"sha256", values.finish()}});
    DurableFile manifest(joined(folder, kManifest));
    manifest.write(manifestOf(content.moment, files).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
    DurableFile sum(joined(folder, kManifestSum));
    sum.write(manifest.finish() + "  " + kManifest + "\n");
    sum.finish();
    syncFolder(folder);
}

/// Puts a complete folder in the place of `to`; what was there comes to `from`.
void putInPlace(const std::string& from, const std::string& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0) {
        syncFolder(std::filesystem::path(to).parent_path().string());
        return;
    }
    const std::string former = to + ".former" + kIncompleteSuffix;
    if (::rename(to.c_str(), former.c_str()) != 0 && errno != ENOENT) // a file system without exchanges
        throw EngineError(ErrorCode::io, "checkpoint",
                          "'" + to + "' could not be replaced: " + std::strerror(errno) + ".");
    renameDurably(from, to);
    std::error_code ignored;
    std::filesystem::remove_all(former, ignored);
}

struct FileFacts {
    std::string name, sha256;
    std::uint64_t bytes = 0;
};

std::vector<FileFacts> filesOf(const Json& manifest) {
    std::vector<FileFacts> files;
    for (const Json& file : manifest.at("files"))
        files.push_back({file.at("name").get<std::string>(), file.at("sha256").get<std::string>(),
                         file.at("bytes").get<std::uint64_t>()});
    return files;
}

Json readManifest(const std::string& folder) {
    const std::string path = joined(folder, kManifest), sumPath = joined(folder, kManifestSum);
    std::string text, sum;
    try {
        text = readSmallFile(path, kMostManifestBytes);
        sum = readSmallFile(sumPath, kMostManifestBytes);
    } catch (const EngineError& error) {
        throw EngineError(ErrorCode::badInput, "checkpoint",
                          error.error().message + " This checkpoint is damaged, take the one before it.");
    }
    Sha256 actual;
    actual.add(std::as_bytes(std::span(text)));
    if (sum != actual.hex() + "  " + kManifest + "\n")
        damaged(path, "is not what " + std::string(kManifestSum) + " says");
    return Json::parse(text);
}

SavedMoment momentOf(const Json& manifest) {
    SavedMoment moment;
    moment.step.value = manifest.at("step").get<std::int64_t>();
    moment.epoch.value = manifest.at("epoch").get<std::int64_t>();
    moment.epochEnd = manifest.at("epoch_end").get<bool>();
    moment.trainSeconds = manifest.at("train_seconds").get<double>();
    if (manifest.at("accuracy").is_number())
        moment.accuracy = manifest.at("accuracy").get<double>();
    moment.kept = manifest.at("kept").get<bool>();
    moment.note = manifest.at("note").get<std::string>();
    moment.savedAt = manifest.at("saved_at").get<std::string>();
    return moment;
}

CheckpointEntry entryOf(const std::string& path, std::vector<FileFacts>& files) {
    try {
        const Json manifest = readManifest(path);
        const auto schema = manifest.at("schema").get<std::int64_t>();
        if (schema > kSchema)
            throw EngineError(ErrorCode::badInput, "checkpoint",
                              "'" + path + "' was written by a later version of Dinoscope (schema " +
                                  std::to_string(schema) + ", this one knows " + std::to_string(kSchema) +
                                  "): open it with that version.");
        files = filesOf(manifest);
        CheckpointEntry entry{path, momentOf(manifest), 0};
        for (const FileFacts& file : files)
            entry.bytes += file.bytes;
        return entry;
    } catch (const nlohmann::json::exception&) {
        damaged(joined(path, kManifest), "does not say what belongs to it");
    }
}

} // namespace

std::string stateFileOf(const std::string& path) { return joined(path, kState); }
std::string valuesFileOf(const std::string& path) { return joined(path, kValues); }

CheckpointEntry writeCheckpoint(const std::string& parent, const std::string& name, const CheckpointContent& content) {
    checkFinite(content.tensors);
    checkRoom(parent, content);
    const std::string path = joined(parent, name), part = path + kIncompleteSuffix;
    std::error_code ignored;
    std::filesystem::remove_all(part, ignored); // of an earlier try
    try {
        if (::mkdir(part.c_str(), 0755) != 0)
            throw EngineError(ErrorCode::io, "checkpoint",
                              "'" + part + "' could not be made: " + std::strerror(errno) +
                                  ". Check the folder and its permissions, or choose another one.");
        writeFiles(part, content);
        putInPlace(part, path);
    } catch (...) {
        std::filesystem::remove_all(part, ignored);
        throw;
    }
    std::filesystem::remove_all(part, ignored); // one that was replaced
    return readCheckpointEntry(path);
}

CheckpointEntry readCheckpointEntry(const std::string& path) {
    std::vector<FileFacts> files;
    return entryOf(path, files);
}

CheckpointEntry verifyCheckpoint(const std::string& path) {
    std::vector<FileFacts> files;
    CheckpointEntry entry = entryOf(path, files);
    std::array<bool, 2> seen{};
    for (const FileFacts& facts : files) {
        seen[0] = seen[0] || facts.name == kState;
        seen[1] = seen[1] || facts.name == kValues;
        if (facts.name.find('/') != std::string::npos)
            damaged(joined(path, kManifest), "names a file of another folder");
        const std::string file = joined(path, facts.name);
        std::error_code code;
        const std::uintmax_t bytes = std::filesystem::file_size(file, code);
        if (code)
            damaged(file, "cannot be read (" + code.message() + ")");
        if (bytes != facts.bytes)
            damaged(file, "has " + std::to_string(bytes) + " bytes instead of " + std::to_string(facts.bytes));
        if (sha256OfFile(file) != facts.sha256)
            damaged(file, "is not what was written");
    }
    if (!seen[0] || !seen[1])
        damaged(joined(path, kManifest), "does not name all files");
    return entry;
}

} // namespace dinoscope
