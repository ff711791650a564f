// SPDX-License-Identifier: GPL-3.0-or-later
// The process that kill_runs kills. kill_runs_writer RUN: takes the run in this folder up again as training does, or
// begins it, says "took STEP", then saves a checkpoint after each step until it is killed and says "saved STEP" when
// one has its name. kill_runs_writer RUN --once: takes it up, checks every byte of everything, and ends. What is wrong
// ends in a sentence and status 1.
#include "engine/checkpoint/checkpoint_writer.h"
#include "engine/checkpoint/run_folder.h"
#include "engine/support/durable_file.h"

#include <nlohmann/json.hpp>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace dinoscope {
namespace {

constexpr std::int64_t kStepsPerEpoch = 5;
const Retention kRetention{3, 0, true};

std::vector<MetricSpec> metrics() {
    return {{"loss", "Loss", "Loss", "", "", NetworkRole::none, false},
            {"lr", "Learning rate", "Schedules", "", "", NetworkRole::none, true}};
}

void demand(bool holds, const std::string& otherwise) {
    if (!holds)
        throw std::runtime_error(otherwise);
}

double lossOf(std::int64_t step) { return 0.5 * static_cast<double>(step); }
std::string valuesOf(std::int64_t step) { return "{\"step\": " + std::to_string(step) + "}"; }

/// Between 16 KiB and 1.5 MiB that follow from the step alone.
std::vector<std::uint32_t> stateOf(std::int64_t step) {
    std::vector<std::uint32_t> words(static_cast<std::size_t>(4096 + step * 7919 % 390000));
    auto word = static_cast<std::uint32_t>(step);
    for (std::uint32_t& out : words)
        out = word = word * 1664525U + 1013904223U;
    return words;
}

CheckpointContent contentOf(std::int64_t step) {
    const auto state = std::make_shared<std::vector<std::uint32_t>>(stateOf(step));
    CheckpointContent content;
    content.moment.step = {step};
    content.moment.epoch = {step / kStepsPerEpoch};
    content.moment.accuracy = static_cast<double>(step % 100);
    content.tensors = {
        {"state", ElementType::i32, {static_cast<std::int64_t>(state->size())}, std::as_bytes(std::span(*state))}};
    content.values = valuesOf(step);
    content.owner = state;
    return content;
}

std::string lineOf(std::int64_t epoch) { return nlohmann::json{{"epoch", epoch}}.dump(); }

/// The newest checkpoint is what was saved, and none that has its name is damaged. @returns its step, 0 without one.
std::int64_t checkedStep(const std::string& run) {
    const CheckpointStore store(run);
    const CheckpointStore::Newest newest = store.newestGood();
    demand(newest.problems.empty(), newest.problems.empty() ? "" : newest.problems.front());
    for (const std::string& path : store.paths())
        verifyCheckpoint(path);
    if (!newest.entry)
        return 0;
    const std::int64_t step = newest.entry->moment.step.value;
    const std::vector<std::uint32_t> state = stateOf(step);
    const SafetensorsFile file(stateFileOf(newest.entry->path));
    const auto bytes = file.at("state").bytes;
    demand(bytes.size() == 4 * state.size() && std::memcmp(bytes.data(), state.data(), bytes.size()) == 0,
           newest.entry->path + " holds another state.");
    demand(readSmallFile(valuesFileOf(newest.entry->path), 1000) == valuesOf(step),
           newest.entry->path + " holds other values.");
    std::string last = readSmallFile(run + "/checkpoints/last", 1000);
    last.pop_back();
    verifyCheckpoint(run + "/checkpoints/" + last);
    return step;
}

/// Every point and line up to a step, and none after it.
void checkRecord(RunFolder& folder, std::int64_t step) {
    const std::vector<MetricPoint> points = folder.history(Step{0});
    demand(points.size() == 2 * static_cast<std::size_t>(step), folder.path() + "/metrics.sqlite holds " +
                                                                    std::to_string(points.size()) + " points at step " +
                                                                    std::to_string(step) + ".");
    for (std::size_t i = 0; i < points.size(); i += 2)
        demand(points[i].step.value == static_cast<std::int64_t>(i / 2 + 1) &&
                   points[i].value == lossOf(points[i].step.value),
               folder.path() + "/metrics.sqlite holds another curve.");
    std::ifstream log(folder.path() + "/log.txt");
    std::int64_t epoch = 0;
    for (std::string line; std::getline(log, line); ++epoch)
        demand(line == lineOf(epoch),
               folder.path() + "/log.txt holds '" + line + "' for epoch " + std::to_string(epoch) + ".");
    demand(epoch == (step > 0 ? (step - 1) / kStepsPerEpoch : 0),
           folder.path() + "/log.txt holds " + std::to_string(epoch) + " epochs.");
}

void checkLeftovers(const std::string& run) {
    for (const auto& entry : std::filesystem::directory_iterator(run + "/checkpoints"))
        demand(!entry.path().string().ends_with(kIncompleteSuffix), entry.path().string() + " was not taken away.");
}

std::unique_ptr<RunFolder> takeUp(const std::string& run, std::int64_t step) {
    if (step == 0)
        return std::make_unique<RunFolder>(run, metrics(), "");
    const Continuation from{Step{step}, Epoch{(step - 1) / kStepsPerEpoch}, 0};
    auto folder = std::make_unique<RunFolder>(run, metrics(), from);
    checkRecord(*folder, step);
    if (step % kStepsPerEpoch == 0)
        folder->addLogLine(lineOf(step / kStepsPerEpoch - 1));
    return folder;
}

void saveForEver(RunFolder& folder, CheckpointWriter& writer, std::int64_t step) {
    while (true) {
        ++step;
        folder.add({0, Step{step}, lossOf(step), 0});
        folder.add({1, Step{step}, 1e-3, 0});
        if (const auto outcome = writer.wait()) { // as in training, a step is made while the former one is saved
            demand(outcome->entry.has_value(), outcome->error ? outcome->error->message : "");
            std::cout << "saved " << outcome->step.value << std::endl;
        }
        writer.save(contentOf(step), kRetention, [&folder] { folder.flush(); });
        if (step % kStepsPerEpoch == 0)
            folder.addLogLine(lineOf(step / kStepsPerEpoch - 1));
    }
}

void run(const std::string& path, bool once) {
    const std::int64_t step = checkedStep(path);
    const std::unique_ptr<RunFolder> folder = takeUp(path, step);
    {
        CheckpointWriter writer(path);
        if (!once) {
            std::cout << "took " << step << std::endl;
            saveForEver(*folder, writer, step);
        }
    } // the writer takes leftovers away before it ends
    if (step > 0)
        checkLeftovers(path);
    std::cout << "took " << step << std::endl;
}

} // namespace
} // namespace dinoscope

int main(int argc, char** argv) {
    try {
        dinoscope::demand(argc == 2 || argc == 3, "kill_runs_writer RUN [--once]");
        dinoscope::run(argv[1], argc == 3);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "kill_runs_writer: " << error.what() << std::endl;
        return 1;
    }
}
