// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/engine_session.h"
#include "app/cli/failure.h"
#include "app/cli/interrupts.h"
#include "app/cli/run_request.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <map>

namespace dinoscope {
namespace {

constexpr const char* kPrecisions[] = {"float32", "bfloat16"};

struct BenchWishes {
    RunRequest request{"fashion-mnist-demo", {}, {}};
    std::int64_t steps = 40, warmUp = 10, rounds = 3;
    bool json = false;
};

double medianOf(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// Seconds of each step of a run, without the first `warmUp`.
std::vector<double> timeSteps(const ParamSet& params, const BenchWishes& wishes, const MakeEngine& makeEngine) {
    EngineSession session(makeEngine());
    const std::uint32_t loss = session.indexOf("loss");
    std::vector<double> ends; // training time at the end of each step
    session.setWatcher([&](const EngineSession&, const Drained& news) {
        for (const MetricPoint& point : news.points)
            if (point.metric == loss)
                ends.push_back(point.seconds);
    });
    session.train(OpenCommand{params, {}, wishes.warmUp + wishes.steps, 0});
    if (session.interrupted())
        throw Failure("The measurement was interrupted.", kFailureCode);
    std::vector<double> times;
    for (std::size_t i = static_cast<std::size_t>(wishes.warmUp); i < ends.size(); ++i)
        times.push_back(ends[i] - ends[i - 1]);
    return times;
}

/// The accuracy is not measured here: the smallest protocol, at the start and the end only.
ParamSet benchParams(const BenchWishes& wishes, const EngineCatalog& catalog, const char* precision) {
    ParamSet params = wishes.request.params(catalog);
    params.set(catalog.params, "run.precision", std::string(precision));
    for (const char* id : {"eval.every_steps", "eval.every_seconds"})
        params.setText(catalog.params, id, "0");
    for (const char* id : {"eval.k", "eval.references", "eval.queries"})
        params.setText(catalog.params, id, "1");
    return params;
}

void report(const std::map<std::string, double>& seconds, const BenchWishes& wishes, std::int64_t batch) {
    const double ratio = seconds.at("float32") / seconds.at("bfloat16");
    if (wishes.json) {
        nlohmann::ordered_json object;
        for (const char* precision : kPrecisions)
            object[precision] = {{"step_ms", 1e3 * seconds.at(precision)},
                                 {"images_per_s", static_cast<double>(batch) / seconds.at(precision)}};
        object["bfloat16_speedup"] = ratio;
        std::cout << object.dump() << std::endl;
        return;
    }
    std::cout << std::fixed;
    for (const char* precision : kPrecisions)
        std::cout << std::left << std::setw(9) << precision << std::right << std::setprecision(1) << std::setw(9)
                  << 1e3 * seconds.at(precision) << " ms a step" << std::setw(9) << std::setprecision(0)
                  << static_cast<double>(batch) / seconds.at(precision) << " images/s\n";
    std::cout << "bfloat16 is " << std::setprecision(2) << ratio << " times as fast as float32 (medians over "
              << wishes.rounds << " interleaved rounds of " << wishes.steps << " steps)." << std::endl;
}

void benchStep(const BenchWishes& wishes, const EngineCatalog& catalog, const MakeEngine& makeEngine) {
    const Interrupts interrupts;
    std::map<std::string, std::vector<double>> times;
    for (std::int64_t round = 0; round < wishes.rounds; ++round)
        for (const char* precision : kPrecisions) {
            std::cerr << "round " << round + 1 << " of " << wishes.rounds << ", " << precision << "\n";
            const std::vector<double> more = timeSteps(benchParams(wishes, catalog, precision), wishes, makeEngine);
            times[precision].insert(times[precision].end(), more.begin(), more.end());
        }
    std::map<std::string, double> medians;
    for (const auto& [precision, all] : times) {
        if (all.empty())
            throw Failure("The planned run is shorter than the warm-up; raise optim.epochs.", kUsageCode);
        medians[precision] = medianOf(all);
    }
    const ParamSet params = wishes.request.params(catalog);
    report(medians, wishes, std::get<std::int64_t>(params.at("run.batch_size")));
}

} // namespace

void addBenchCommand(CLI::App& program, const EngineCatalog& catalog, const MakeEngine& makeEngine,
                     const Choose& choose) {
    auto wishes = std::make_shared<BenchWishes>();
    CLI::App* bench = program.add_subcommand("bench", "Measures speed on this machine");
    bench->require_subcommand(1);
    addBenchDataCommand(*bench, makeEngine, choose);
    CLI::App* command =
        bench->add_subcommand("step", "The training step in float32 and bfloat16, as a ratio inside one run");
    command->add_option("--steps", wishes->steps, "Steps that count in each round")
        ->capture_default_str()
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    command->add_option("--warm-up", wishes->warmUp, "Steps before them")
        ->capture_default_str()
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    command->add_option("--rounds", wishes->rounds, "Rounds; the two precisions take turns")
        ->capture_default_str()
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    command->add_flag("--json", wishes->json, "As one JSON object");
    wishes->request.addOptions(*command, catalog);
    command->callback([=, &catalog] {
        choose([=, &catalog] {
            refuseUnknown(*command, catalog);
            benchStep(*wishes, catalog, makeEngine);
        });
    });
}

} // namespace dinoscope
