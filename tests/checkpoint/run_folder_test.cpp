// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/run_folder.h"

#include "engine/checkpoint/epoch_log.h"
#include "engine/support/check.h"
#include "tests/checkpoint/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sqlite3.h>

#include <cmath>
#include <fstream>
#include <sstream>

namespace dinoscope {
namespace {

std::vector<MetricSpec> someMetrics() {
    return {{"loss", "Loss", "Loss", "", "", NetworkRole::none, false},
            {"lr", "Learning rate", "Schedules", "", "", NetworkRole::none, true},
            {"knn_teacher", "k-NN", "Accuracy", "%", "", NetworkRole::teacher, false}};
}

std::string contentOf(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::int64_t countOf(const std::string& path, const std::string& sql) {
    sqlite3* database = nullptr;
    sqlite3_open(path.c_str(), &database);
    std::int64_t count = -1;
    sqlite3_exec(
        database, sql.c_str(),
        [](void* out, int, char** values, char**) {
            *static_cast<std::int64_t*>(out) = std::stoll(values[0]);
            return 0;
        },
        &count, nullptr);
    sqlite3_close(database);
    return count;
}

template <class Action> std::string sentenceOf(Action action) {
    try {
        action();
    } catch (const EngineError& error) {
        return error.error().message;
    }
    return "no error";
}

TEST(RunFolder, KeepsEveryPointChangeAndLine) {
    TemporaryFolder temporary;
    const std::string path = temporary / "runs/first/";
    {
        RunFolder folder(path, someMetrics(), "[a]\nb = 1\n");
        for (std::int64_t step = 1; step <= 1000; ++step)
            folder.add({0, Step{step}, step == 7 ? std::nan("") : 0.5 * static_cast<double>(step), 0.1});
        folder.addChange({Step{5}, "optim.lr: 0.001 -> 0.002", 0.7});
        folder.addLogLine("{\"epoch\":0}");
        const std::vector<MetricPoint> history = folder.history(Step{7});
        ASSERT_EQ(history.size(), 994u);
        EXPECT_TRUE(std::isnan(history[0].value));
        EXPECT_EQ(history[1].step, Step{8});
        EXPECT_EQ(history[1].value, 4.0);
        folder.addLogLine("{\"epoch\":1}");
        EXPECT_EQ(folder.takeProblem(), "");
    }
    EXPECT_EQ(contentOf(path + "config.toml"), "[a]\nb = 1\n");
    EXPECT_EQ(contentOf(path + "log.txt"), "{\"epoch\":0}\n{\"epoch\":1}\n");
    EXPECT_EQ(countOf(path + "metrics.sqlite", "SELECT count(*) FROM points"), 1000);
    EXPECT_EQ(countOf(path + "metrics.sqlite", "SELECT count(*) FROM changes WHERE step = 5"), 1);
    EXPECT_EQ(countOf(path + "metrics.sqlite", "SELECT id FROM metrics WHERE name = 'knn_teacher'"), 2);
}

TEST(RunFolder, IsInWriteAheadMode) {
    TemporaryFolder temporary;
    RunFolder folder(temporary / "run", someMetrics(), "");
    EXPECT_EQ(countOf(temporary / "run/metrics.sqlite", "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
}

TEST(RunFolder, RefusesAFolderThatHoldsSomething) {
    TemporaryFolder temporary;
    std::ofstream(temporary / "notes.txt") << "mine";
    EXPECT_THAT(sentenceOf([&] { RunFolder folder(temporary.path(), someMetrics(), ""); }),
                testing::AllOf(testing::HasSubstr(temporary.path()), testing::HasSubstr("is not empty")));
    EXPECT_EQ(contentOf(temporary / "notes.txt"), "mine");
}

TEST(RunFolder, RefusesAFileAndAPlaceThatCannotBeMade) {
    TemporaryFolder temporary;
    std::ofstream(temporary / "file") << "x";
    EXPECT_THAT(sentenceOf([&] { RunFolder folder(temporary / "file", someMetrics(), ""); }),
                testing::HasSubstr("is a file"));
    EXPECT_THAT(sentenceOf([&] { RunFolder folder(temporary / "file/run", someMetrics(), ""); }),
                testing::HasSubstr("choose another folder"));
    EXPECT_THAT(sentenceOf([&] { RunFolder folder("/proc/dinoscope/run", someMetrics(), ""); }),
                testing::HasSubstr("cannot be made"));
}

TEST(RunFolder, TellsAFailureOnceAndCatchesUpAfterIt) {
    TemporaryFolder temporary;
    const std::string log = temporary / "run/log.txt";
    RunFolder folder(temporary / "run", someMetrics(), "");
    // A folder in the place of the log makes every attempt to append fail, whoever runs the test.
    std::filesystem::remove(log);
    std::filesystem::create_directory(log);
    folder.addLogLine("one");
    EXPECT_FALSE(folder.flush());
    EXPECT_THAT(folder.takeProblem(),
                testing::AllOf(testing::HasSubstr("log.txt"), testing::HasSubstr("Training goes on")));
    folder.addLogLine("two");
    EXPECT_FALSE(folder.flush());
    EXPECT_EQ(folder.takeProblem(), "");
    std::filesystem::remove(log);
    EXPECT_TRUE(folder.flush());
    EXPECT_EQ(contentOf(log), "one\ntwo\n");
}

TEST(EpochLog, UsesTheOfficialNamesAndMarksAPartialEpoch) {
    EpochLog log(someMetrics());
    EXPECT_TRUE(log.empty());
    for (std::int64_t step = 1; step <= 4; ++step) {
        log.add({0, Step{step}, static_cast<double>(step), 0});
        log.add({1, Step{step}, 0.25, 0});
        log.add({2, Step{step}, 10.0 * static_cast<double>(step), 0});
    }
    const auto whole = nlohmann::json::parse(log.finishEpoch(Epoch{3}, Step{16}, 4, 12.5));
    EXPECT_EQ(whole.at("train_loss"), 2.5);
    EXPECT_EQ(whole.at("train_lr"), 0.25);
    EXPECT_EQ(whole.at("knn_teacher"), 40.0);
    EXPECT_EQ(whole.at("epoch"), 3);
    EXPECT_FALSE(whole.contains("partial"));
    log.add({0, Step{17}, 1.0, 0});
    EXPECT_EQ(nlohmann::json::parse(log.finishEpoch(Epoch{4}, Step{17}, 4, 13)).at("partial"), true);
    EXPECT_TRUE(log.empty());
}

} // namespace
} // namespace dinoscope
