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
#include <limits>

namespace dinoscope {
namespace {

struct VerifyWishes {
    VerifyRequest request;
    double tolerance = -1; ///< negative: the recording's own
    bool json = false;
};

const char* verdict(const Comparison& comparison) {
    return !comparison.judged ? "not judged" : comparison.holds() ? "holds" : "DIFFERS";
}

void print(const ReplayReport& report) {
    std::cout << report.path << " (" << report.kind << "): " << (report.holds() ? "holds" : "DOES NOT HOLD") << "\n";
    if (!report.note.empty())
        std::cout << "  " << report.note << "\n";
    if (report.error)
        std::cout << "  " << report.error->message << "\n";
    std::size_t width = 0;
    for (const Comparison& comparison : report.comparisons)
        width = std::max(width, comparison.what.size());
    std::cout << std::scientific << std::setprecision(2);
    for (const Comparison& c : report.comparisons)
        std::cout << "  " << std::left << std::setw(static_cast<int>(width)) << c.what << "  relative " << c.relative
                  << "  absolute " << c.absolute << "  tolerance " << c.tolerance << "  " << std::setw(10) << verdict(c)
                  << (c.where.empty() ? "" : "  at " + c.where) << "\n";
}

void print(const VerifyReport& report) {
    for (const ReplayReport& recording : report.recordings)
        print(recording);
    for (const std::string& path : report.skipped)
        std::cout << path << ": skipped, of a kind that is not known\n";
    const auto held = std::count_if(report.recordings.begin(), report.recordings.end(),
                                    [](const ReplayReport& recording) { return recording.holds(); });
    std::cout << held << " of " << report.recordings.size() << " recordings hold." << std::endl;
}

nlohmann::ordered_json asJson(const VerifyReport& report) {
    nlohmann::ordered_json recordings = nlohmann::ordered_json::array();
    for (const ReplayReport& recording : report.recordings) {
        nlohmann::ordered_json comparisons = nlohmann::ordered_json::array();
        for (const Comparison& c : recording.comparisons)
            comparisons.push_back({{"what", c.what},
                                   {"relative", c.relative},
                                   {"absolute", c.absolute},
                                   {"where", c.where},
                                   {"tolerance", c.tolerance},
                                   {"judged", c.judged},
                                   {"holds", c.holds()}});
        nlohmann::ordered_json entry = {
            {"kind", recording.kind}, {"path", recording.path}, {"holds", recording.holds()}};
        if (!recording.note.empty())
            entry["note"] = recording.note;
        if (recording.error)
            entry["error"] = recording.error->message;
        entry["comparisons"] = std::move(comparisons);
        recordings.push_back(std::move(entry));
    }
    return {{"holds", report.holds()}, {"recordings", std::move(recordings)}, {"skipped", report.skipped}};
}

void verify(const VerifyWishes& wishes, const MakeEngine& makeEngine) {
    VerifyRequest request = wishes.request;
    if (wishes.tolerance >= 0)
        request.tolerance = wishes.tolerance;
    const Interrupts interrupts;
    EngineSession session(makeEngine());
    ProgressLine progress;
    session.setWatcher([&](const EngineSession& s, const Drained& news) { progress.show(s, news); });
    const JobAnswer answer = session.perform(JobRequest(request));
    progress.finish();
    const auto& report = std::get<VerifyReport>(answer);
    if (wishes.json)
        std::cout << asJson(report).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
    else
        print(report);
    if (report.recordings.empty())
        throw Failure("'" + request.path + "' holds no recording of a kind that is known.", kFailureCode);
    if (!report.holds())
        throw Failure("The numbers are not those that were recorded.", kFailureCode);
}

} // namespace

void addVerifyCommand(CLI::App& program, const MakeEngine& makeEngine, const Choose& choose) {
    auto wishes = std::make_shared<VerifyWishes>();
    CLI::App* command =
        program.add_subcommand("verify", "Replays recordings of the official implementation and compares every number");
    command
        ->add_option("path", wishes->request.path, "A recording (trace.json, .safetensors) or a folder of recordings")
        ->required()
        ->type_name("PATH");
    command->add_option("--device", wishes->request.device, "Where to compute")
        ->capture_default_str()
        ->check(CLI::IsMember({"cpu", "cuda"}));
    command->add_option("--dtype", wishes->request.precision, "Type to compute in; that of the recording if not given")
        ->check(CLI::IsMember({"float32", "float64", "bfloat16"}));
    command
        ->add_option("--tolerance", wishes->tolerance, "Relative tolerance; that of the kind of recording if not given")
        ->type_name("T")
        ->check(CLI::Range(0.0, std::numeric_limits<double>::max()));
    command->add_option("--threads", wishes->request.threads, "Compute threads; one a processor if not given")
        ->type_name("N")
        ->check(CLI::Range(1, 1024));
    command->add_flag("--json", wishes->json, "Print one JSON object");
    command->callback([=] { choose([=] { verify(*wishes, makeEngine); }); });
}

} // namespace dinoscope
