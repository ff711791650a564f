// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/run_manifest.h"

#include "engine/support/check.h"
#include "engine/support/durable_file.h"
#include "engine/support/utc_time.h"

#include <ATen/Version.h>
#include <nlohmann/json.hpp>
#include <torch/version.h>

#include <sys/utsname.h>

#include <filesystem>

namespace dinoscope {
namespace {

using Json = nlohmann::ordered_json;

#ifndef DINOSCOPE_VERSION
#define DINOSCOPE_VERSION "0.1.0"
#endif

constexpr std::size_t kMostBytes = 4 << 20;

/// The words that this process was started with.
Json commandLine() {
    Json words = Json::array();
    std::string text;
    try {
        text = readSmallFile("/proc/self/cmdline", kMostBytes);
    } catch (const EngineError&) {
        return words; // a system without it
    }
    for (std::size_t at = 0; at < text.size(); at = text.find('\0', at) + 1)
        words.push_back(text.substr(at, text.find('\0', at) - at));
    return words;
}

std::string machine() {
    utsname name{};
    return uname(&name) == 0 ? std::string(name.sysname) + " " + name.release + " " + name.machine : std::string();
}

std::string manifestFileOf(const std::string& folder) { return folder + "/manifest.json"; }

Json readEntries(const std::string& path) {
    if (!std::filesystem::exists(path))
        return Json::array();
    try {
        const Json manifest = Json::parse(readSmallFile(path, kMostBytes), nullptr, false);
        if (manifest.is_object() && manifest.contains("entries") && manifest["entries"].is_array())
            return manifest["entries"];
    } catch (const EngineError&) {
        // begun anew
    }
    return Json::array();
}

} // namespace

std::optional<std::string> originOf(const std::string& folder) {
    const Json entries = readEntries(manifestFileOf(folder));
    if (entries.empty() || !entries[0].is_object() || !entries[0].contains("origin") ||
        !entries[0]["origin"].is_string())
        return std::nullopt;
    return entries[0]["origin"].get<std::string>();
}

void noteCircumstances(const std::string& folder, const RunCircumstances& c) {
    const std::string path = manifestFileOf(folder);
    Json entries = readEntries(path);
    entries.push_back({{"at", utcNow()},
                       {"from_step", c.from.value},
                       {"origin", c.origin},
                       {"program", DINOSCOPE_VERSION},
                       {"libtorch", TORCH_VERSION},
                       {"compiler", __VERSION__},
                       {"machine", machine()},
                       {"cpu_capability", at::get_cpu_capability()},
                       {"command_line", commandLine()},
                       {"device", c.info->device},
                       {"precision", c.info->precision},
                       {"threads", c.info->threads},
                       {"seed", c.seed},
                       {"data",
                        {{"path", c.data},
                         {"name", c.info->dataName},
                         {"pictures", c.info->sampleCount},
                         {"fingerprint", c.fingerprint}}}});
    const Json manifest{{"format", "dinoscope-run/1"}, {"entries", std::move(entries)}};
    replaceFile(path, manifest.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

} // namespace dinoscope
