// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/engine_session.h"
#include "app/cli/failure.h"
#include "app/cli/interrupts.h"
#include "app/cli/progress_line.h"
#include "engine/api/unclosed_run.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iomanip>
#include <iostream>

namespace dinoscope {
namespace {

using Json = nlohmann::ordered_json;

/// What there is to say of a run that ended without being closed; else nothing.
void printUnclosed(const std::optional<UnclosedRun>& run) {
    if (!run)
        return;
    std::cout << "The run ended without being closed.";
    if (run->crashReport.empty())
        std::cout << " There is no crash report, as when a process is killed or the power fails.";
    else
        std::cout << " The crash report is " << run->crashReport << ".";
    if (run->hasCheckpoint)
        std::cout << " '" << continueCommand(run->folder) << "' goes on with it.";
    std::cout << std::endl;
}

void print(const RunReport& report) {
    for (const CheckpointReport& checkpoint : report.checkpoints) {
        std::cout << "step " << std::setw(9) << checkpoint.step.value;
        if (!checkpoint.problem.empty()) {
            std::cout << "  damaged: " << checkpoint.problem << "\n";
            continue;
        }
        std::cout << "  whole, " << std::fixed << std::setprecision(1) << static_cast<double>(checkpoint.bytes) / 1e6
                  << " MB, saved " << checkpoint.savedAt;
        if (checkpoint.accuracy)
            std::cout << ", k-NN teacher " << std::setprecision(2) << *checkpoint.accuracy << " %";
        if (checkpoint.kept)
            std::cout << ", kept";
        if (!checkpoint.note.empty())
            std::cout << ": " << checkpoint.note;
        std::cout << "\n";
    }
    if (const CheckpointReport* newest = report.newestGood())
        std::cout << "The newest good checkpoint is that of step " << newest->step.value << "." << std::endl;
    else
        std::cout << "No checkpoint is whole." << std::endl;
}

Json asJson(const RunReport& report, const std::optional<UnclosedRun>& unclosed) {
    Json checkpoints = Json::array();
    for (const CheckpointReport& c : report.checkpoints)
        checkpoints.push_back({{"step", c.step.value},
                               {"whole", c.problem.empty()},
                               {"problem", c.problem},
                               {"bytes", c.bytes},
                               {"accuracy", c.accuracy ? Json(*c.accuracy) : Json()},
                               {"kept", c.kept},
                               {"note", c.note},
                               {"saved_at", c.savedAt},
                               {"path", c.path}});
    const CheckpointReport* newest = report.newestGood();
    return {{"run", report.path},
            {"checkpoints", std::move(checkpoints)},
            {"newest_good_step", newest ? Json(newest->step.value) : Json()},
            {"closed", !unclosed},
            {"crash_report", unclosed && !unclosed->crashReport.empty() ? Json(unclosed->crashReport) : Json()}};
}

void check(const std::string& path, bool json, const MakeEngine& makeEngine) {
    const Interrupts interrupts;
    EngineSession session(makeEngine());
    ProgressLine progress;
    session.setWatcher([&](const EngineSession& s, const Drained& news) { progress.show(s, news); });
    const auto unclosed = unclosedRun(path);
    const auto report = std::get<RunReport>(session.perform(JobRequest(CheckRunRequest{path})));
    progress.finish();
    if (json)
        std::cout << asJson(report, unclosed).dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
    else {
        print(report);
        printUnclosed(unclosed);
    }
    if (!report.newestGood())
        throw Failure("No checkpoint in '" + path + "' is whole.", kFailureCode);
}

} // namespace

void addRunsCommand(CLI::App& program, const MakeEngine& makeEngine, const Choose& choose) {
    CLI::App* runs = program.add_subcommand("runs", "Looks after the folders of runs");
    runs->require_subcommand(1);
    auto path = std::make_shared<std::string>();
    auto json = std::make_shared<bool>(false);
    CLI::App* command = runs->add_subcommand("check", "Verifies every byte of every checkpoint of a run");
    command->add_option("RUN", *path, "Folder of the run")->required();
    command->add_flag("--json", *json, "Print one JSON object");
    command->callback([=] { choose([=] { check(*path, *json, makeEngine); }); });
}

} // namespace dinoscope
