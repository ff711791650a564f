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

using Json = nlohmann::ordered_json;

void addInput(CLI::App& command, EvaluationInput& input) {
    command.add_option("--checkpoint", input.checkpoint, "A .pth or safetensors file of networks")
        ->required()
        ->type_name("FILE");
    command
        .add_option("--train", input.train,
                    "Labelled pictures to compare with: a folder of class folders, or IDX files")
        ->required()
        ->type_name("DIR");
    command.add_option("--val", input.val, "Labelled pictures to judge; the test pictures at --train if not given")
        ->type_name("DIR");
    command.add_flag("--official-loading", input.officialLoading, "Load pictures as data.official_loading does");
    command.add_option("--network", input.network, "Which of the file's networks")
        ->capture_default_str()
        ->check(CLI::IsMember({"teacher", "student"}));
    command.add_option("--heads", input.heads, "Attention heads, where the file does not decide")
        ->type_name("N")
        ->check(CLI::Range(1, 1024));
    command.add_option("--size", input.side, "Side of the pictures that the network sees; its own if not given")
        ->type_name("PX")
        ->check(CLI::Range(1, 4096));
    command.add_option("--mean", input.mean, "Mean of the colours, one number or three")->capture_default_str();
    command.add_option("--std", input.std, "Deviation of the colours, one number or three")->capture_default_str();
    command.add_option("--device", input.device, "Where to compute")
        ->capture_default_str()
        ->check(CLI::IsMember({"cpu", "cuda"}));
    command.add_option("--threads", input.threads, "Compute threads; one a processor if not given")
        ->type_name("N")
        ->check(CLI::Range(1, 1024));
}

Json factsJson(const EvaluationFacts& facts) {
    return {{"network", facts.network},
            {"train", facts.train},
            {"val", facts.val},
            {"classes", facts.classes},
            {"feature_width", facts.featureWidth},
            {"resize", facts.resizeSide},
            {"crop", facts.cropSide},
            {"unreadable", facts.unreadable},
            {"notes", facts.notes}};
}

void print(const EvaluationFacts& facts) {
    std::cout << facts.network << ": " << facts.train << " training and " << facts.val << " judged pictures of "
              << facts.classes << " classes at " << facts.cropSide << " pixels, features of " << facts.featureWidth
              << " numbers\n";
    for (const std::string& note : facts.notes)
        std::cout << note << "\n";
    std::cout << std::fixed << std::setprecision(2);
}

void print(const KnnReport& report) {
    print(report.facts);
    for (const KnnReport::Row& row : report.rows) {
        std::cout << "k " << std::setw(4) << row.neighbours << "  temperature " << row.temperature << "  top-1 "
                  << std::setw(6) << row.top1 << " %  top-5 " << std::setw(6) << row.top5 << " %";
        if (row.used != row.neighbours)
            std::cout << "  (with all " << row.used << " references)";
        std::cout << "\n";
    }
}

Json asJson(const KnnReport& report) {
    Json rows = Json::array();
    for (const KnnReport::Row& row : report.rows)
        rows.push_back({{"k", row.neighbours},
                        {"k_used", row.used},
                        {"temperature", row.temperature},
                        {"top1", row.top1},
                        {"top5", row.top5}});
    Json object = factsJson(report.facts);
    object["results"] = std::move(rows);
    return object;
}

void print(const LinearReport& report) {
    print(report.facts);
    for (const LinearReport::Epoch& epoch : report.epochs)
        std::cout << "epoch " << std::setw(3) << epoch.epoch << "  train loss " << epoch.trainLoss << "  loss "
                  << epoch.valLoss << "  top-1 " << std::setw(6) << epoch.top1 << " %  top-5 " << std::setw(6)
                  << epoch.top5 << " %\n";
    std::cout << "Best learning rate " << std::defaultfloat << report.rate << std::fixed << ": top-1 " << report.top1
              << " %, top-5 " << report.top5 << " %; the highest top-1 of any epoch was " << report.highestTop1
              << " %.\n";
}

Json asJson(const LinearReport& report) {
    Json epochs = Json::array();
    for (const LinearReport::Epoch& epoch : report.epochs)
        epochs.push_back({{"epoch", epoch.epoch},
                          {"train_lr", epoch.rate},
                          {"train_loss", epoch.trainLoss},
                          {"test_loss", epoch.valLoss},
                          {"test_acc1", epoch.top1},
                          {"test_acc5", epoch.top5}});
    Json object = factsJson(report.facts);
    object["epochs"] = std::move(epochs);
    object["lr"] = report.rate;
    object["top1"] = report.top1;
    object["top5"] = report.top5;
    object["best_acc"] = report.highestTop1;
    return object;
}

/// Lets the engine do the work and prints what came of it.
template <class Report> void evaluate(const JobRequest& request, bool json, const MakeEngine& makeEngine) {
    const Interrupts interrupts;
    EngineSession session(makeEngine());
    ProgressLine progress;
    session.setWatcher([&](const EngineSession& s, const Drained& news) { progress.show(s, news); });
    const JobAnswer answer = session.perform(request);
    progress.finish();
    const auto& report = std::get<Report>(answer);
    if (json)
        std::cout << asJson(report).dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
    else
        print(report);
}

void addKnn(CLI::App& eval, const MakeEngine& makeEngine, const Choose& choose) {
    auto request = std::make_shared<KnnRequest>();
    auto json = std::make_shared<bool>(false);
    CLI::App* command = eval.add_subcommand("knn", "Accuracy by the nearest neighbours of the frozen features");
    addInput(*command, request->input);
    command->add_option("--k", request->neighbours, "Numbers of neighbours")
        ->capture_default_str()
        ->delimiter(',')
        ->check(CLI::PositiveNumber);
    command->add_option("--temperature", request->temperatures, "Temperatures of the vote")
        ->capture_default_str()
        ->delimiter(',')
        ->check(CLI::PositiveNumber);
    command->add_flag("--json", *json, "Print one JSON object");
    command->callback([=] { choose([=] { evaluate<KnnReport>(JobRequest(*request), *json, makeEngine); }); });
}

void addLinear(CLI::App& eval, const MakeEngine& makeEngine, const Choose& choose) {
    auto request = std::make_shared<LinearRequest>();
    auto json = std::make_shared<bool>(false);
    CLI::App* command = eval.add_subcommand("linear", "Accuracy of a linear classifier on the frozen features");
    addInput(*command, request->input);
    command
        ->add_option("--blocks", request->lastBlocks,
                     "Class tokens of the last N blocks; 4 or, for widths from 768 on, 1")
        ->type_name("N")
        ->check(CLI::Range(1, 1024));
    command
        ->add_option("--patch-mean", request->patchMean,
                     "1: add the mean of the patch tokens, 0: do not; for widths from 768 on by default")
        ->check(CLI::IsMember({0, 1}));
    command->add_option("--epochs", request->epochs, "Epochs of the classifier")
        ->capture_default_str()
        ->check(CLI::Range(1, 100000));
    command->add_option("--batch-size", request->batchSize, "Pictures a step")
        ->capture_default_str()
        ->check(CLI::Range(1, 65536));
    command->add_option("--lr", request->rates, "Learning rates for 256 pictures; the best one counts")
        ->capture_default_str()
        ->delimiter(',')
        ->check(CLI::PositiveNumber);
    command->add_option("--seed", request->seed, "Of weights, order and views")->capture_default_str();
    command->add_flag("--augment", request->augment,
                      "New views of the training pictures in every epoch, as published; slow");
    command->add_flag("--json", *json, "Print one JSON object");
    command->callback([=] { choose([=] { evaluate<LinearReport>(JobRequest(*request), *json, makeEngine); }); });
}

} // namespace

void addEvalCommand(CLI::App& program, const MakeEngine& makeEngine, const Choose& choose) {
    CLI::App* eval = program.add_subcommand("eval", "Judges a network in a file by its frozen features");
    eval->require_subcommand(1);
    addKnn(*eval, makeEngine, choose);
    addLinear(*eval, makeEngine, choose);
}

} // namespace dinoscope
