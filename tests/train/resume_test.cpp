// SPDX-License-Identifier: GPL-3.0-or-later
// Runs that are saved, broken off and taken up again.
#include "engine/checkpoint/checkpoint_store.h"
#include "engine/support/check.h"
#include "engine/train/catalog.h"
#include "engine/train/saved_run.h"
#include "engine/train/training_runner.h"
#include "tests/train/small_run.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

namespace dinoscope {
namespace {

using testing::Recorder;
using testing::ScratchFolder;
using testing::SmallRun;

const auto kGoOn = [](const WorkProgress&) { return true; };
const auto kGoOnAlways = [] { return true; };

/// Saves in the middle of everything, as a person may ask for, and waits for it.
void saveNow(LiveRun& run, Recorder& recorder) {
    run.saver()->askByHand("by hand");
    run.tend(recorder);
    run.saver()->finish(recorder);
}

void train(LiveRun& run, Recorder& recorder, int steps) {
    for (int i = 0; i < steps; ++i) {
        run.tend(recorder);
        while (run.hasWork()) {
            run.workSlice(recorder);
            run.tend(recorder);
        }
        run.step(recorder);
    }
    while (run.hasWork())
        run.workSlice(recorder);
}

std::string bytesOf(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Every recorded value of a folder but those that depend on the clock.
std::vector<std::tuple<std::uint32_t, std::int64_t, double>> pointsOf(const std::string& folder) {
    std::vector<std::tuple<std::uint32_t, std::int64_t, double>> points;
    for (const MetricPoint& point : MetricsStore(folder + "/metrics.sqlite", metricList()).pointsFrom(Step{}))
        if (point.metric != static_cast<std::uint32_t>(Metric::imagesPerSecond) &&
            point.metric != static_cast<std::uint32_t>(Metric::waitShare))
            points.emplace_back(point.metric, point.step.value, point.value);
    std::stable_sort(points.begin(), points.end(),
                     [](const auto& a, const auto& b) { return std::get<1>(a) < std::get<1>(b); });
    return points;
}

void expectSameState(LiveRun& a, LiveRun& b) {
    const NamedTensors x = a.training().state(), y = b.training().state();
    ASSERT_EQ(x.size(), y.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        ASSERT_EQ(x[i].first, y[i].first);
        EXPECT_TRUE(torch::equal(x[i].second, y[i].second)) << x[i].first;
    }
}

/// A run whose options change shapes, rates and choices of views with the step.
const SmallRun::Texts kEventful = {{"optim.warmup_steps", "6"},        {"optim.freeze_last_layer_steps", "3"},
                                   {"backbone.drop_path_rate", "0.2"}, {"eval.every_steps", "5"},
                                   {"save.every_minutes", "0"},        {"save.every_epochs", "0"}};

using Change = std::function<void(LiveRun&, const EngineCatalog&)>;

/// Run of 2k steps against k steps, three more that are lost, and k steps after that.
void expectEqualWhenResumed(int k, const std::string& loaderThreads, const Change& change) {
    const ScratchFolder folders;
    const EngineCatalog catalog = makeCatalog();
    const std::string wholeFolder = folders / "whole", brokenFolder = folders / "broken";
    SmallRun whole(kEventful, wholeFolder);
    train(*whole.run, whole.recorder, k / 2);
    change(*whole.run, catalog);
    train(*whole.run, whole.recorder, 2 * k - k / 2);

    OpenCommand command = SmallRun::command(whole.data.path(), kEventful, brokenFolder);
    Recorder recorder;
    {
        LiveRun broken(command, catalog, {}, recorder, kGoOn);
        train(broken, recorder, k / 2);
        change(broken, catalog);
        train(broken, recorder, k - k / 2);
        saveNow(broken, recorder);
        train(broken, recorder, 3); // lost, and so is what they recorded
    }
    const SavedRun saved = readSavedRun(brokenFolder, std::nullopt, catalog);
    EXPECT_EQ(saved.progress.step, k);
    command.params = saved.params;
    if (const auto error = command.params.setText(catalog.params, "data.loader_threads", loaderThreads))
        FAIL() << error->message;
    LiveRun resumed(command, catalog, {nullptr, &saved}, recorder, kGoOn);
    EXPECT_EQ(resumed.stepNumber(), Step{k});
    train(resumed, recorder, k);
    expectSameState(*whole.run, resumed);
    whole.run->finish(whole.recorder);
    resumed.finish(recorder);
    EXPECT_EQ(pointsOf(wholeFolder), pointsOf(brokenFolder));
}

const Change kNoChange = [](LiveRun&, const EngineCatalog&) {};
const Change kLiveChanges = [](LiveRun& run, const EngineCatalog& catalog) {
    run.setParam(catalog, *catalog.params.find("optim.lr"), 0.02);
    run.setParam(catalog, *catalog.params.find("loss.teacher_temperature"), 0.06);
    run.setParam(catalog, *catalog.params.find("augment.local_scale_max"), 0.3);
};

const Change kAnotherPairing = [](LiveRun& run, const EngineCatalog& catalog) {
    run.setParam(catalog, *catalog.params.find("loss.pairing"), std::string("locals_to_globals"));
};

const Change kOtherViews = [](LiveRun& run, const EngineCatalog& catalog) {
    for (const auto& [id, value] : {std::pair("augment.global_size", 22), std::pair("augment.local_size", 12),
                                    std::pair("augment.local_crops", 1)})
        run.setParam(catalog, *catalog.params.find(id), std::int64_t{value});
};

const Change kAnotherRecipe = [](LiveRun& run, const EngineCatalog& catalog) {
    run.setParam(catalog, *catalog.params.find("augment.recipe"), std::string("pair"));
};

TEST(Resume, InTheWarmUpIsExact) { expectEqualWhenResumed(4, "1", kNoChange); }
TEST(Resume, AtTheEndOfAnEpochIsExact) { expectEqualWhenResumed(8, "2", kNoChange); }
TEST(Resume, InTheMiddleOfAnEpochIsExact) { expectEqualWhenResumed(13, "2", kNoChange); }
TEST(Resume, AfterLiveChangesIsExact) { expectEqualWhenResumed(11, "1", kLiveChanges); }
TEST(Resume, AfterAnotherPairingIsExact) { expectEqualWhenResumed(11, "2", kAnotherPairing); }
TEST(Resume, AfterOtherViewsIsExact) { expectEqualWhenResumed(11, "2", kOtherViews); }
TEST(Resume, AfterAnotherRecipeIsExact) { expectEqualWhenResumed(11, "2", kAnotherRecipe); }
TEST(Resume, AtAnEvaluationIsExact) { expectEqualWhenResumed(10, "1", kNoChange); }

TEST(Resume, AForkBeginsInItsOwnFolderWithTheCurvesSoFar) {
    const ScratchFolder folders;
    const EngineCatalog catalog = makeCatalog();
    const std::string from = folders / "from", to = folders / "to";
    SmallRun small(kEventful, from);
    train(*small.run, small.recorder, 4);
    saveNow(*small.run, small.recorder);
    train(*small.run, small.recorder, 4);
    saveNow(*small.run, small.recorder);
    small.run->finish(small.recorder);
    const auto before = pointsOf(from);
    const std::string bytes = bytesOf(from + "/metrics.sqlite");
    Recorder recorder;
    TrainingRunner runner;
    OpenCommand wishes;
    wishes.runFolder = to;
    EXPECT_FALSE(wishes.params.set(catalog.params, "optim.lr", 0.01));
    runner.load({from, wishes, Step{4}}, recorder, kGoOnAlways);
    EXPECT_EQ(runner.status().step, Step{4});
    EXPECT_EQ(runner.params()->at("optim.lr"), ParamValue(0.01));
    runner.step(recorder);
    runner.finish(FinishReason::stopped, recorder);
    EXPECT_EQ(bytesOf(from + "/metrics.sqlite"), bytes) << "the former run is as it was";
    EXPECT_EQ(pointsOf(from), before);
    const auto forked = pointsOf(to);
    ASSERT_FALSE(forked.empty());
    EXPECT_EQ(std::get<1>(forked.back()), 5);
    const auto shared = std::count_if(before.begin(), before.end(), [](const auto& p) { return std::get<1>(p) <= 4; });
    EXPECT_TRUE(std::equal(before.begin(), before.begin() + shared, forked.begin()));
}

TEST(Resume, AValueThatIsChangedOnTheWayStandsInTheRecord) {
    const ScratchFolder folders;
    const EngineCatalog catalog = makeCatalog();
    OpenCommand wishes;
    wishes.runFolder = folders / "run";
    SmallRun small(kEventful, wishes.runFolder);
    train(*small.run, small.recorder, 2);
    saveNow(*small.run, small.recorder);
    small.run.reset();
    EXPECT_FALSE(wishes.params.set(catalog.params, "optim.lr", 0.01));
    Recorder recorder;
    TrainingRunner runner;
    runner.load({wishes.runFolder, wishes, {}}, recorder, kGoOnAlways);
    runner.finish(FinishReason::stopped, recorder);
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((wishes.runFolder + "/metrics.sqlite").c_str(), &database), SQLITE_OK);
    std::string changes;
    const auto collect = [](void* into, int, char** columns, char**) {
        *static_cast<std::string*>(into) += std::string(columns[0]) + " " + columns[1] + "\n";
        return 0;
    };
    EXPECT_EQ(sqlite3_exec(database, "SELECT step, text FROM changes", collect, &changes, nullptr), SQLITE_OK);
    sqlite3_close(database);
    EXPECT_EQ(changes, "2 optim.lr: 0.05 -> 0.01\n");
}

std::string refusal(const std::function<void()>& act) {
    try {
        act();
    } catch (const EngineError& error) {
        return error.error().message;
    }
    return {};
}

TEST(Resume, SaysWhyItCannot) {
    const ScratchFolder folders;
    const EngineCatalog catalog = makeCatalog();
    const std::string folder = folders / "run";
    SmallRun small(kEventful, folder);
    EXPECT_NE(refusal([&] { readSavedRun(folder, {}, catalog); }).find("no checkpoint"), std::string::npos);
    train(*small.run, small.recorder, 2);
    saveNow(*small.run, small.recorder);
    const SavedRun saved = readSavedRun(folder, {}, catalog);
    OpenCommand command = SmallRun::command(small.data.path(), kEventful, folder);
    Recorder recorder;
    const auto resume = [&] { LiveRun run(command, catalog, {nullptr, &saved}, recorder, kGoOn); };
    EXPECT_NE(refusal(resume).find("is open already"), std::string::npos) << refusal(resume);
    small.run.reset();
    EXPECT_EQ(refusal(resume), "");
    testing::writeStripes(small.data.path(), 56, 16);
    EXPECT_NE(refusal(resume).find("not the set of pictures"), std::string::npos) << refusal(resume);
}

TEST(Resume, BeforeItsFirstCheckpointARunBeginsAgain) {
    const ScratchFolder folders;
    const EngineCatalog catalog = makeCatalog();
    const std::string broken = folders / "broken", whole = folders / "whole", fork = folders / "fork";
    SmallRun small(kEventful, broken);
    train(*small.run, small.recorder, 4);
    kLiveChanges(*small.run, catalog); // lost with what was learned
    small.run.reset();
    Recorder recorder;
    TrainingRunner runner;
    const auto load = [&](const std::string& from, const std::string& to, std::optional<Step> at) {
        OpenCommand wishes;
        wishes.runFolder = to;
        runner.load({from, wishes, at}, recorder, kGoOnAlways);
    };
    EXPECT_NE(refusal([&] { load(broken, fork, {}); }).find("no checkpoint"), std::string::npos);
    load(broken + "/", broken, {});
    EXPECT_EQ(runner.status().step, Step{0});
    const auto trainOn = [&](int steps) {
        for (int i = 0; i < steps; ++i) {
            while (runner.hasWork())
                runner.workSlice(recorder);
            runner.step(recorder);
        }
    };
    trainOn(6);
    runner.save({}, recorder);
    runner.finish(FinishReason::stopped, recorder);
    SmallRun other(kEventful, whole);
    train(*other.run, other.recorder, 6);
    other.run->finish(other.recorder);
    EXPECT_EQ(pointsOf(broken), pointsOf(whole));
    EXPECT_EQ(bytesOf(broken + "/intervention.jsonl"), bytesOf(whole + "/intervention.jsonl"));
    EXPECT_NE(refusal([&] { load(broken, broken, Step{6}); }).find("to fork it at step 6"), std::string::npos);
    {
        TrainingRunner forks;
        OpenCommand wishes;
        wishes.runFolder = fork;
        forks.load({broken, wishes, Step{6}}, recorder, kGoOnAlways);
    }
    EXPECT_NE(refusal([&] { load(fork, fork, {}); }).find("was begun from '" + broken + "'"), std::string::npos)
        << "its networks are not in its folder";
}

TEST(Resume, CurvesWhoseCheckpointsWereTakenAwayStay) {
    const ScratchFolder folders;
    const std::string folder = folders / "run";
    Recorder recorder;
    TrainingRunner runner;
    OpenCommand wishes;
    wishes.runFolder = folder;
    {
        SmallRun small(kEventful, folder);
        train(*small.run, small.recorder, 3);
        saveNow(*small.run, small.recorder);
        small.run->finish(small.recorder);
    }
    const auto before = pointsOf(folder);
    std::filesystem::remove_all(folder + "/checkpoints");
    EXPECT_NE(refusal([&] {
                  runner.load({folder, wishes, {}}, recorder, kGoOnAlways);
              }).find("no checkpoint"),
              std::string::npos);
    EXPECT_EQ(pointsOf(folder), before);
    // One that was left may be begun again, but not by looking at it.
    SmallRun left(kEventful, folders / "left");
    train(*left.run, left.recorder, 2);
    left.run.reset();
    wishes.runFolder = folders / "left";
    const LoadCommand look{wishes.runFolder, wishes, {}, true};
    EXPECT_NE(refusal([&] { runner.load(look, recorder, kGoOnAlways); }).find("begins it again"), std::string::npos);
    EXPECT_FALSE(pointsOf(wishes.runFolder).empty());
    // Somebody has saved it since it was looked at.
    std::filesystem::create_directories(wishes.runFolder + "/checkpoints/step-000000002");
    EXPECT_NE(refusal([&] { RunFolder(wishes.runFolder, metricList(), kFromTheBeginning); }).find("has a checkpoint"),
              std::string::npos);
    EXPECT_FALSE(pointsOf(wishes.runFolder).empty());
}

TEST(Resume, ARunOfBeforeAParameterDoesWhatItDid) {
    const ScratchFolder folders;
    const EngineCatalog catalog = makeCatalog();
    ParamSet params(catalog.params);
    ASSERT_FALSE(params.setText(catalog.params, "augment.global_size", "96"));
    std::string values = savedValues(params, {});
    for (const char* id : {"data.test_share", "augment.recipe", "augment.pair_scale_min", "loss.pairing"}) {
        const std::size_t at = values.find(id) - 1, end = values.find('\n', at);
        ASSERT_LT(at, values.size()) << id;
        values.erase(at, end - at);
    }
    const std::size_t side = values.find("\"side\""), comma = values.rfind(',', side);
    ASSERT_NE(side, std::string::npos);
    values.erase(comma, values.find('\n', side) - comma);
    CheckpointContent content;
    content.moment.step = {3};
    content.values = values;
    CheckpointStore(folders / "run").save(content, {});
    const SavedRun saved = readSavedRun(folders / "run", {}, catalog);
    EXPECT_EQ(saved.params.at("data.test_share"), ParamValue(0.0));
    EXPECT_EQ(saved.params.at("data.cache_mb"), params.at("data.cache_mb"));
    EXPECT_EQ(saved.params.at("augment.recipe"), ParamValue(std::string("multi_crop")));
    EXPECT_EQ(saved.params.at("loss.pairing"), ParamValue(std::string("official")));
    EXPECT_EQ(saved.progress.evaluationSide, 96) << "what a global crop had";
}

TEST(Resume, ADamagedCheckpointIsNamedAndTheOneBeforeIsTaken) {
    const ScratchFolder folders;
    const std::string folder = folders / "run";
    SmallRun small(kEventful, folder);
    for (int i = 0; i < 2; ++i) {
        train(*small.run, small.recorder, 2);
        saveNow(*small.run, small.recorder);
    }
    small.run.reset();
    const std::string newest = folder + "/checkpoints/step-000000004/state.safetensors";
    {
        std::fstream file(newest, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(5000);
        file.put('!');
    }
    Recorder recorder;
    TrainingRunner runner;
    OpenCommand wishes;
    wishes.runFolder = folder;
    runner.load({folder + "/", wishes, {}}, recorder, kGoOnAlways);
    EXPECT_EQ(runner.status().step, Step{2});
    EXPECT_TRUE(std::any_of(recorder.lines.begin(), recorder.lines.end(),
                            [&](const auto& line) { return line.second.find(newest) != std::string::npos; }));
}

TEST(Resume, TheEndOfARunIsSavedAndWhatCannotBeSavedIsSaid) {
    const ScratchFolder data, folders;
    testing::writeStripes(data.path(), 64, 16);
    const std::string folder = folders / "run";
    TrainingRunner runner;
    Recorder recorder;
    const auto end = [&] {
        runner.beginFinish(FinishReason::stopped, false, recorder);
        while (runner.hasWork())
            runner.workSlice(recorder);
        runner.finish(FinishReason::stopped, recorder);
    };
    const auto said = [&](const std::string& words) {
        return std::any_of(recorder.lines.begin(), recorder.lines.end(),
                           [&](const auto& line) { return line.second.find(words) != std::string::npos; });
    };
    runner.open(SmallRun::command(data.path(), kEventful, folder), recorder, kGoOnAlways);
    while (runner.hasWork())
        runner.workSlice(recorder);
    for (int i = 0; i < 3; ++i)
        runner.step(recorder);
    end();
    const auto newest = CheckpointStore(folder).newestGood();
    ASSERT_TRUE(newest.entry);
    EXPECT_EQ(newest.entry->moment.step, Step{3});
    EXPECT_TRUE(newest.entry->moment.accuracy) << "of the closing evaluation";
    EXPECT_TRUE(said("Saved the checkpoint of step 3"));

    const std::string full = folders / "full";
    runner.open(SmallRun::command(data.path(), kEventful, full), recorder, kGoOnAlways);
    std::ofstream(full + "/checkpoints") << "a file where the folder should be";
    while (runner.hasWork())
        runner.workSlice(recorder);
    runner.step(recorder);
    runner.save({"now"}, recorder);
    EXPECT_EQ(runner.step(recorder), StepOutcome::more) << "training goes on";
    const std::string sentence = refusal(end);
    EXPECT_NE(sentence.find("The end of the run, step 2, was not saved"), std::string::npos) << sentence;
    EXPECT_NE(sentence.find(full + "/checkpoints"), std::string::npos) << sentence;
    EXPECT_FALSE(runner.hasWork()) << "it is not tried for ever";
    runner.finish(FinishReason::stopped, recorder);
    EXPECT_TRUE(said("Training goes on"));
    EXPECT_TRUE(said(full + "/checkpoints"));
    std::filesystem::remove(full + "/checkpoints");
    runner.save({"now there is room"}, recorder); // the run is still there
    runner.finish(FinishReason::stopped, recorder);
    EXPECT_EQ(CheckpointStore(full).newestGood().entry->moment.step, Step{2});
}

TEST(Resume, ChecksEveryCheckpointOfARun) {
    const ScratchFolder folders;
    const std::string folder = folders / "run";
    SmallRun small(kEventful, folder);
    for (int i = 0; i < 2; ++i) {
        train(*small.run, small.recorder, 1);
        saveNow(*small.run, small.recorder);
    }
    std::ofstream(folder + "/checkpoints/step-000000002/values.json", std::ios::app) << " ";
    const auto report = std::get<RunReport>(checkRun({folder}).finish());
    ASSERT_EQ(report.checkpoints.size(), 2U);
    EXPECT_EQ(report.checkpoints[0].note, "by hand");
    EXPECT_TRUE(report.checkpoints[0].kept);
    EXPECT_NE(report.checkpoints[1].problem.find("values.json"), std::string::npos);
    EXPECT_EQ(report.checkpoints[1].step, Step{2});
    ASSERT_TRUE(report.newestGood());
    EXPECT_EQ(report.newestGood()->step, Step{1});
    EXPECT_NE(refusal([] { checkRun({"/nowhere"}).finish(); }).find("/nowhere"), std::string::npos);
}

} // namespace
} // namespace dinoscope
