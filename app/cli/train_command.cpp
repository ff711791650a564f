// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/engine_session.h"
#include "app/cli/failure.h"
#include "app/cli/interrupts.h"
#include "app/cli/progress_line.h"
#include "app/cli/run_request.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cmath>
#include <iomanip>
#include <iostream>
#include <sstream>

namespace dinoscope {
namespace {

struct TrainWishes {
    RunRequest request;
    std::int64_t steps = 0;
    double minutes = 0;
    std::string folder, checkpoint, resume, fork;
    std::int64_t at = -1;
    bool json = false;
};

double meanRate(const Snapshot& end) {
    const auto batch = std::get<std::int64_t>(end.params->at("run.batch_size"));
    return end.trainSeconds > 0 ? static_cast<double>(end.step.value * batch) / end.trainSeconds : 0;
}

const char* reasonWord(FinishReason reason) {
    switch (reason) {
    case FinishReason::planned: return "planned";
    case FinishReason::stopped: return "stopped";
    case FinishReason::limit: return "limit";
    default: return "failed";
    }
}

nlohmann::ordered_json summary(const EngineSession& session, const Snapshot& end) {
    const auto value = [&](const char* metric) -> nlohmann::ordered_json {
        const auto newest = session.newest(metric);
        return newest && std::isfinite(*newest) ? nlohmann::ordered_json(*newest) : nlohmann::ordered_json();
    };
    return {{"step", end.step.value},
            {"loss", value("loss")},
            {"knn_teacher", value("knn_teacher")},
            {"knn_student", value("knn_student")},
            {"linear_teacher", value("linear_teacher")},
            {"linear_student", value("linear_student")},
            {"images_per_s", meanRate(end)},
            {"train_seconds", end.trainSeconds},
            {"teacher_entropy", value("teacher_entropy")},
            {"kl", value("kl")},
            {"feature_spread_teacher", value("feature_spread_teacher")},
            {"seed", std::get<std::int64_t>(end.params->at("run.seed"))},
            {"device", end.run->device},
            {"precision", end.run->precision},
            {"threads", end.run->threads},
            {"finish_reason", reasonWord(end.finishReason)},
            {"run_folder", end.run->runFolder}};
}

std::string sentence(const EngineSession& session, const Snapshot& end) {
    std::ostringstream text;
    text << std::fixed << end.step.value << " steps in " << clockText(end.trainSeconds) << " of training, "
         << std::setprecision(0) << meanRate(end) << " images/s";
    if (const auto loss = session.newest("loss"))
        text << ", loss " << std::setprecision(4) << *loss;
    if (const auto teacher = session.newest("knn_teacher"))
        text << ", k-NN teacher " << std::setprecision(2) << *teacher << " % student " << *session.newest("knn_student")
             << " %";
    if (const auto teacher = session.newest("linear_teacher"))
        text << ", linear probe teacher " << *teacher << " % student " << *session.newest("linear_student") << " %";
    text << (end.run->runFolder.empty() ? ". Nothing was kept; --out names a folder."
                                        : ". Kept in " + end.run->runFolder + ".");
    return text.str();
}

/// The command that prepares the run.
Command preparation(const TrainWishes& wishes, const EngineCatalog& catalog, EngineSession& session) {
    if (!wishes.resume.empty() || !wishes.fork.empty()) {
        const bool resumes = wishes.fork.empty();
        const OpenCommand run{wishes.request.changes(catalog), resumes ? wishes.resume : wishes.folder, wishes.steps,
                              wishes.minutes};
        return LoadCommand{resumes ? wishes.resume : wishes.fork, run,
                           wishes.at < 0 ? std::nullopt : std::optional(Step{wishes.at})};
    }
    if (wishes.checkpoint.empty())
        return OpenCommand{wishes.request.params(catalog), wishes.folder, wishes.steps, wishes.minutes};
    const auto report = std::get<FileReport>(session.perform(JobRequest(InspectRequest{wishes.checkpoint})));
    const OpenCommand run{wishes.request.params(catalog, &report), wishes.folder, wishes.steps, wishes.minutes};
    return LoadCommand{wishes.checkpoint, run, {}};
}

void train(const TrainWishes& wishes, const EngineCatalog& catalog, const MakeEngine& makeEngine) {
    const Interrupts interrupts;
    EngineSession session(makeEngine());
    ProgressLine progress;
    session.setWatcher([&](const EngineSession& s, const Drained& news) { progress.show(s, news); });
    session.train(preparation(wishes, catalog, session));
    progress.finish();
    const auto end = session.snapshot();
    if (!end->run)
        throw Failure("The run was given up before it began.", kFailureCode);
    if (wishes.json)
        std::cout << summary(session, *end).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
    else
        std::cout << sentence(session, *end) << std::endl;
    if (const auto failure = session.failureAtTheEnd())
        throw Failure(failure->message, kFailureCode);
}

} // namespace

void addTrainCommand(CLI::App& program, const EngineCatalog& catalog, const MakeEngine& makeEngine,
                     const Choose& choose) {
    auto wishes = std::make_shared<TrainWishes>();
    CLI::App* command = program.add_subcommand("train", "Trains without a screen and ends with an evaluation");
    command->add_option("--steps", wishes->steps, "Stop after so many steps")
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    command->add_option("--minutes", wishes->minutes, "Stop after so many minutes of training")
        ->type_name("M")
        ->check(CLI::PositiveNumber);
    CLI::Option* out =
        command
            ->add_option("--out", wishes->folder,
                         "Folder of the run: settings, curves, log, checkpoints; without it nothing is kept")
            ->type_name("DIR");
    command->add_option("--config", wishes->request.config, "Settings from the config.toml of another run")
        ->type_name("FILE");
    CLI::Option* checkpoint =
        command->add_option("--checkpoint", wishes->checkpoint, "Go on from the networks of a .pth or safetensors file")
            ->type_name("FILE");
    CLI::Option* resume = command
                              ->add_option("--resume", wishes->resume,
                                           "Go on with a run in its own folder, from its newest whole checkpoint")
                              ->type_name("RUN")
                              ->excludes(out)
                              ->excludes(checkpoint);
    CLI::Option* fork = command->add_option("--fork", wishes->fork, "Begin a new run from a checkpoint of another one")
                            ->type_name("RUN")
                            ->needs(out)
                            ->excludes(checkpoint)
                            ->excludes(resume);
    command->add_option("--at", wishes->at, "Step of the checkpoint that --fork starts from; without it the newest")
        ->type_name("STEP")
        ->needs(fork)
        ->check(CLI::NonNegativeNumber);
    command->add_flag("--json", wishes->json, "Print one JSON object as the last line");
    wishes->request.addOptions(*command, catalog);
    command->callback([=, &catalog] {
        choose([=, &catalog] {
            refuseUnknown(*command, catalog);
            train(*wishes, catalog, makeEngine);
        });
    });
}

} // namespace dinoscope
