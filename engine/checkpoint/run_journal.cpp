// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/run_journal.h"

#include "engine/formats/event_file.h"
#include "engine/support/durable_file.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <utility>

namespace dinoscope {
namespace {

/// "id: old -> new" as an object.
std::string lineOf(const LiveChange& change) {
    const std::size_t colon = change.text.find(": "), arrow = change.text.find(" -> ", colon);
    nlohmann::ordered_json line{{"step", change.step.value}};
    if (arrow == std::string::npos) {
        line["text"] = change.text;
    } else {
        line["id"] = change.text.substr(0, colon);
        line["old"] = change.text.substr(colon + 2, arrow - colon - 2);
        line["new"] = change.text.substr(arrow + 4);
    }
    line["seconds"] = change.seconds;
    return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

} // namespace

RunJournal::RunJournal(std::string folder, const std::vector<MetricSpec>& metrics, bool events)
    : changesPath_(folder + "/intervention.jsonl"),
      begun_(std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count()) {
    // One file each time that the run is taken up: TensorBoard reads all of a folder.
    const auto number = static_cast<std::int64_t>(begun_ * 1000);
    eventsPath_ = std::move(folder) + "/events.out.tfevents." + std::to_string(number) + ".dinoscope";
    if (events)
        for (const MetricSpec& metric : metrics)
            tags_.push_back(metric.group + "/" + metric.id);
}

void RunJournal::truncate(Step step, std::int64_t changes) {
    if (!tags_.empty())
        events_ = eventFileHeader(begun_) + eventRestart(begun_, step.value + 1);
    eventsBegun_ = !tags_.empty();
    if (!std::filesystem::exists(changesPath_))
        return;
    std::ifstream file(changesPath_, std::ios::binary);
    std::string kept;
    for (std::string line; changes > 0 && std::getline(file, line) && !file.eof(); --changes)
        kept += line + '\n';
    replaceFile(changesPath_, kept);
}

void RunJournal::add(std::span<const MetricPoint> points, std::span<const LiveChange> changes) {
    for (const LiveChange& change : changes)
        changes_ += lineOf(change);
    if (tags_.empty() || points.empty())
        return;
    if (!std::exchange(eventsBegun_, true))
        events_ = eventFileHeader(begun_);
    if (firstSeconds_ < 0)
        firstSeconds_ = points.front().seconds;
    for (const MetricPoint& point : points)
        events_ += eventRecord({begun_ + point.seconds - firstSeconds_, point.step.value, tags_.at(point.metric),
                                static_cast<float>(point.value)});
}

void RunJournal::write() {
    for (auto& [path, text] : {std::pair(&changesPath_, &changes_), std::pair(&eventsPath_, &events_)}) {
        if (!text->empty())
            appendToFile(*path, *text);
        text->clear();
    }
}

} // namespace dinoscope
