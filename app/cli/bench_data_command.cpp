// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/engine_session.h"
#include "app/cli/interrupts.h"
#include "app/cli/progress_line.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iomanip>
#include <iostream>

namespace dinoscope {
namespace {

using Row = BenchDataReport::Row;

struct BenchDataWishes {
    BenchDataRequest request;
    bool json = false;
};

double scaling(const Row& row, std::int64_t threads) {
    return row.threadsPerSecond / static_cast<double>(threads) / row.oneThreadPerSecond;
}

void print(const BenchDataReport& report) {
    std::cout << "2 views of 224 and 10 of 96 pixels from one JPEG file, " << report.mode
              << ", milliseconds of one core a picture\n"
              << "   pixels      decode  resample   augment     total   images/s\n"
              << std::fixed;
    for (const Row& row : report.rows) {
        std::cout << std::setw(5) << row.width << " x " << std::left << std::setw(5) << row.height << std::right
                  << std::setprecision(2);
        for (double part : {row.decodeMs, row.resampleMs, row.augmentMs, row.totalMs})
            std::cout << std::setw(10) << part;
        std::cout << std::setprecision(1) << std::setw(11) << row.imagesPerSecond << "\n";
        if (row.threadsPerSecond > 0)
            std::cout << "              a loader of 1 thread " << row.oneThreadPerSecond << " images/s, of "
                      << report.threads << " threads " << row.threadsPerSecond << ": " << std::setprecision(0)
                      << 100 * scaling(row, report.threads) << " % a core\n";
    }
    std::cout << "resample includes cutting and normalising; augment is colours and blur." << std::endl;
}

nlohmann::ordered_json asJson(const Row& row, const BenchDataReport& report) {
    nlohmann::ordered_json object = {
        {"images_per_s", row.imagesPerSecond}, {"decode_ms", row.decodeMs}, {"resample_ms", row.resampleMs},
        {"augment_ms", row.augmentMs},         {"total_ms", row.totalMs},   {"mode", report.mode}};
    if (row.width > 0) {
        object["file"] = row.file;
        object["width"] = row.width;
        object["height"] = row.height;
        object["bytes"] = row.bytes;
    }
    if (row.threadsPerSecond > 0) {
        object["threads"] = report.threads;
        object["loader_1_thread_images_per_s"] = row.oneThreadPerSecond;
        object["loader_images_per_s"] = row.threadsPerSecond;
        object["scaling"] = scaling(row, report.threads);
    }
    return object;
}

/// What one picture of each size takes on average.
Row averageOf(const std::vector<Row>& rows) {
    Row average;
    const auto count = static_cast<double>(rows.size());
    for (const Row& row : rows) {
        average.decodeMs += row.decodeMs / count;
        average.resampleMs += row.resampleMs / count;
        average.augmentMs += row.augmentMs / count;
        average.totalMs += row.totalMs / count;
    }
    average.imagesPerSecond = 1e3 / average.totalMs;
    return average;
}

nlohmann::ordered_json asJson(const BenchDataReport& report) {
    if (report.rows.size() == 1)
        return asJson(report.rows.front(), report);
    nlohmann::ordered_json object = asJson(averageOf(report.rows), report);
    object["sizes"] = nlohmann::ordered_json::array();
    for (const Row& row : report.rows)
        object["sizes"].push_back(asJson(row, report));
    return object;
}

void benchData(const BenchDataWishes& wishes, const MakeEngine& makeEngine) {
    const Interrupts interrupts;
    EngineSession session(makeEngine());
    ProgressLine progress;
    session.setWatcher([&](const EngineSession& s, const Drained& news) { progress.show(s, news); });
    const auto report = std::get<BenchDataReport>(session.perform(JobRequest(wishes.request)));
    progress.finish();
    if (wishes.json)
        std::cout << asJson(report).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
    else
        print(report);
}

} // namespace

void addBenchDataCommand(CLI::App& bench, const MakeEngine& makeEngine, const Choose& choose) {
    auto wishes = std::make_shared<BenchDataWishes>();
    BenchDataRequest& request = wishes->request;
    CLI::App* command = bench.add_subcommand(
        "data", "Decoding a JPEG file and cutting the views of training out of it, 2 of 224 and 10 of 96 pixels");
    command
        ->add_option("--file", request.file,
                     "A JPEG file; else a sample photograph of Debian's python3-skimage in "
                     "three sizes")
        ->type_name("FILE");
    command->add_option("--keep", request.keep, "Leave the three sizes of the sample in this folder")
        ->type_name("DIR")
        ->excludes("--file");
    command->add_option("--mode", request.mode, "As augment.mode")
        ->capture_default_str()
        ->check(CLI::IsMember({"exact", "fast"}));
    command->add_option("--threads", request.threads, "Also measure how a loader scales to so many threads")
        ->capture_default_str()
        ->type_name("N")
        ->check(CLI::Range(1, 64));
    command->add_option("--seconds", request.seconds, "Processor time to spend on each file")
        ->capture_default_str()
        ->type_name("S")
        ->check(CLI::Range(0.01, 3600.0));
    command->add_flag("--json", wishes->json, "Print one JSON object");
    command->callback([=] { choose([=] { benchData(*wishes, makeEngine); }); });
}

} // namespace dinoscope
