// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/engine_session.h"
#include "app/cli/failure.h"
#include "app/cli/interrupts.h"
#include "app/cli/progress_line.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <sstream>

namespace dinoscope {
namespace {

using Json = nlohmann::ordered_json;

/// Text of a foreign file or name, without what a terminal would obey.
std::string harmless(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    return text;
}

/// As augment.mean and augment.std take it.
std::string numbersText(const std::vector<double>& numbers) {
    std::ostringstream text;
    for (const double number : numbers)
        text << (text.tellp() > 0 ? " " : "") << std::fixed << std::setprecision(4) << number;
    return text.str();
}

PictureVerdict verdictOf(std::size_t place) { return static_cast<PictureVerdict>(place); }

void printColors(const ColorStatistics& colors) {
    std::cout << "Mean and deviation of the training pictures, for config.toml:\n[augment]\nmean = \""
              << numbersText(colors.mean) << "\"\nstd = \"" << numbersText(colors.deviation) << "\"\n";
}

void print(const ScanReport& report) {
    std::cout << report.path << ": " << report.train << " pictures to train with, " << report.test << " to test with, "
              << report.classes.size() << " classes, " << report.otherFiles << " other files, " << report.bytes
              << " bytes\n";
    for (std::size_t i = 0; i < kPictureVerdictCount; ++i)
        std::cout << "  " << std::left << std::setw(12) << verdictWord(verdictOf(i)) << std::right << std::setw(9)
                  << report.counts[i] << "\n";
    if (report.usable() > 0)
        std::cout << "From " << report.leastWidth << " to " << report.mostWidth << " pixels wide, from "
                  << report.leastHeight << " to " << report.mostHeight << " high; by the shorter side:\n";
    for (const ScanReport::Sizes& sizes : report.sizes)
        std::cout << "  " << std::setw(5) << sizes.from << " to " << std::setw(5) << sizes.to << std::setw(9)
                  << sizes.pictures << "\n";
    for (const ScanReport::Class& c : report.classes)
        std::cout << "  class " << harmless(c.name) << ": " << c.train << " + " << c.test << "\n";
    for (const ScanReport::Problem& problem : report.problems)
        std::cout << harmless(problem.path) << ": " << verdictWord(problem.verdict) << ": " << harmless(problem.reason)
                  << "\n";
    if (report.colors && report.usable() > 0)
        printColors(*report.colors);
    std::cout << std::flush;
}

Json asJson(const ScanReport& report) {
    Json counts = Json::object(), files = Json::array(), classes = Json::array(), sides = Json::array();
    for (std::size_t i = 0; i < kPictureVerdictCount; ++i)
        counts[std::string(verdictWord(verdictOf(i)))] = report.counts[i];
    for (const ScanReport::Problem& problem : report.problems)
        files.push_back(
            {{"path", problem.path}, {"verdict", verdictWord(problem.verdict)}, {"reason", problem.reason}});
    for (const ScanReport::Class& c : report.classes)
        classes.push_back({{"name", c.name}, {"train", c.train}, {"test", c.test}});
    for (const ScanReport::Sizes& sizes : report.sizes)
        sides.push_back({{"from", sizes.from}, {"to", sizes.to}, {"pictures", sizes.pictures}});
    Json object{{"path", report.path},
                {"name", report.name},
                {"train", report.train},
                {"test", report.test},
                {"counts", std::move(counts)},
                {"other_files", report.otherFiles},
                {"bytes", report.bytes},
                {"width", {report.leastWidth, report.mostWidth}},
                {"height", {report.leastHeight, report.mostHeight}},
                {"shorter_sides", std::move(sides)},
                {"classes", std::move(classes)},
                {"files", std::move(files)}};
    if (report.colors) {
        object["mean"] = report.colors->mean;
        object["std"] = report.colors->deviation;
    }
    return object;
}

void scan(const ScanRequest& request, bool json, const MakeEngine& makeEngine) {
    const Interrupts interrupts;
    EngineSession session(makeEngine());
    ProgressLine progress;
    session.setWatcher([&](const EngineSession& s, const Drained& news) { progress.show(s, news); });
    const JobAnswer answer = session.perform(JobRequest(request));
    progress.finish();
    const auto& report = std::get<ScanReport>(answer);
    if (json)
        std::cout << asJson(report).dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
    else
        print(report);
    if (report.usable() == 0)
        throw Failure("None of the pictures at '" + request.path + "' can be used.", kFailureCode);
}

} // namespace

void addScanCommand(CLI::App& program, const MakeEngine& makeEngine, const Choose& choose) {
    auto request = std::make_shared<ScanRequest>();
    auto json = std::make_shared<bool>(false);
    CLI::App* command = program.add_subcommand(
        "scan", "Reads every picture and names those that training would replace; status 1 if none can be used");
    command->add_option("path", request->path, "What data.path takes: a folder of pictures, IDX files, ...")
        ->required()
        ->type_name("DIR");
    command->add_option("--kind", request->kind, "How the path is read, as data.kind")->capture_default_str();
    command->add_flag("--official-loading", request->officialLoading, "Load pictures as data.official_loading does");
    command->add_option("--test-share", request->testShare, "What is kept for measuring, as data.test_share")
        ->type_name("SHARE")
        ->check(CLI::Range(0.0, 0.9))
        ->capture_default_str();
    command->add_flag("--mean-std", request->colors,
                      "Also measure mean and deviation of the channels, for augment.mean and augment.std");
    command->add_option("--threads", request->threads, "Threads that read; one a processor if not given")
        ->type_name("N")
        ->check(CLI::Range(1, 1024));
    command->add_flag("--json", *json, "Print one JSON object");
    command->callback([=] { choose([=] { scan(*request, *json, makeEngine); }); });
}

} // namespace dinoscope
