// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/run_folder.h"

#include "engine/checkpoint/epoch_log.h"
#include "engine/formats/event_file.h"
#include "engine/support/check.h"
#include "engine/support/durable_file.h"
#include "tests/checkpoint/failing_files.h"
#include "tests/support/scratch_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <sys/resource.h>

namespace dinoscope {
namespace {

using testing::FailingFiles;
using testing::FileCall;

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
    testing::ScratchFolder temporary;
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
    testing::ScratchFolder temporary;
    RunFolder folder(temporary / "run", someMetrics(), "");
    EXPECT_EQ(countOf(temporary / "run/metrics.sqlite", "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
}

TEST(RunFolder, RefusesAFolderThatHoldsSomething) {
    testing::ScratchFolder temporary;
    std::ofstream(temporary / "notes.txt") << "mine";
    EXPECT_THAT(sentenceOf([&] { RunFolder folder(temporary.path(), someMetrics(), ""); }),
                ::testing::AllOf(::testing::HasSubstr(temporary.path()), ::testing::HasSubstr("is not empty")));
    EXPECT_EQ(contentOf(temporary / "notes.txt"), "mine");
}

TEST(RunFolder, RefusesAFileAndAPlaceThatCannotBeMade) {
    testing::ScratchFolder temporary;
    std::ofstream(temporary / "file") << "x";
    EXPECT_THAT(sentenceOf([&] { RunFolder folder(temporary / "file", someMetrics(), ""); }),
                ::testing::HasSubstr("is a file"));
    EXPECT_THAT(sentenceOf([&] { RunFolder folder(temporary / "file/run", someMetrics(), ""); }),
                ::testing::HasSubstr("choose another folder"));
    EXPECT_THAT(sentenceOf([&] { RunFolder folder("/proc/dinoscope/run", someMetrics(), ""); }),
                ::testing::HasSubstr("cannot be made"));
}

TEST(RunFolder, TellsAFailureOnceAndCatchesUpAfterIt) {
    testing::ScratchFolder temporary;
    const std::string log = temporary / "run/log.txt";
    RunFolder folder(temporary / "run", someMetrics(), "");
    // A folder in the place of the log makes every attempt to append fail, whoever runs the test.
    std::filesystem::remove(log);
    std::filesystem::create_directory(log);
    folder.addLogLine("one");
    EXPECT_FALSE(folder.flush());
    EXPECT_THAT(folder.takeProblem(),
                ::testing::AllOf(::testing::HasSubstr("log.txt"), ::testing::HasSubstr("Training goes on")));
    folder.addLogLine("two");
    EXPECT_FALSE(folder.flush());
    EXPECT_EQ(folder.takeProblem(), "");
    std::filesystem::remove(log);
    EXPECT_TRUE(folder.flush());
    EXPECT_EQ(contentOf(log), "one\ntwo\n");
}

/// Every call that writing makes fails once, or from then on. What had to wait is there when it works again, once.
TEST(RunFolder, EveryFailingCallIsToldAndLosesNothing) {
    std::set<std::string> named;
    for (const FileCall call : {FileCall::open, FileCall::write, FileCall::sync})
        for (const bool forever : {false, true}) {
            bool untouched = false;
            for (int n = 1; !untouched; ++n) {
                ASSERT_LT(n, 50);
                testing::ScratchFolder temporary;
                const std::string path = temporary / "run";
                RunFolder folder(path, someMetrics(), "");
                {
                    FailingFiles files(path);
                    files.failAt(call, n, forever, n % 2 == 0 ? ENOSPC : EIO);
                    for (std::int64_t step = 1; step <= 3; ++step)
                        folder.add({0, Step{step}, 0.5, 0});
                    folder.addChange({Step{2}, "optim.lr: 1 -> 2", 0});
                    folder.addLogLine("{\"epoch\":0}");
                    const bool written = folder.flush();
                    untouched = !files.hasFailed();
                    const std::string problem = folder.takeProblem();
                    EXPECT_EQ(problem.empty(), written);
                    if (!written) {
                        EXPECT_THAT(problem, ::testing::HasSubstr(path));
                        EXPECT_THAT(problem, ::testing::AnyOf(::testing::HasSubstr("free space"),
                                                              ::testing::HasSubstr("Free space"),
                                                              ::testing::HasSubstr("permissions")));
                        for (const char* name : {"metrics.sqlite", "log.txt"})
                            if (problem.find(name) != std::string::npos)
                                named.insert(name);
                    }
                }
                folder.add({0, Step{4}, 0.5, 0});
                EXPECT_TRUE(folder.flush()) << folder.takeProblem();
                EXPECT_EQ(folder.history(Step{0}).size(), 4U) << static_cast<int>(call) << ", " << n;
                EXPECT_EQ(countOf(path + "/metrics.sqlite", "SELECT count(*) FROM changes"), 1);
                EXPECT_EQ(contentOf(path + "/log.txt"), "{\"epoch\":0}\n");
            }
        }
    EXPECT_EQ(named.size(), 2U) << "failures of the curves and of the log";
}

TEST(RunFolder, ALogOnAFullDeviceIsToldAndCatchesUp) {
    testing::ScratchFolder temporary;
    const std::string log = temporary / "run/log.txt";
    RunFolder folder(temporary / "run", someMetrics(), "");
    std::filesystem::remove(log);
    std::filesystem::create_symlink("/dev/full", log);
    folder.addLogLine("one");
    EXPECT_FALSE(folder.flush());
    EXPECT_THAT(folder.takeProblem(),
                ::testing::AllOf(::testing::HasSubstr("log.txt"), ::testing::HasSubstr("No space left"),
                                 ::testing::HasSubstr("Free space")));
    std::filesystem::remove(log);
    EXPECT_TRUE(folder.flush());
    EXPECT_EQ(contentOf(log), "one\n");
}

TEST(RunFolder, HalfOfALineIsNeverLeftInTheLog) {
    testing::ScratchFolder temporary;
    const std::string log = temporary / "log.txt";
    appendToFile(log, "first\n");
    // Stands for a disk that fills up in the middle of a write: the file may grow by four bytes.
    rlimit former{};
    getrlimit(RLIMIT_FSIZE, &former);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit nearlyFull{10, former.rlim_max};
    setrlimit(RLIMIT_FSIZE, &nearlyFull);
    const std::string sentence = sentenceOf([&] { appendToFile(log, "second\n"); });
    setrlimit(RLIMIT_FSIZE, &former);
    std::signal(SIGXFSZ, handler);
    EXPECT_THAT(sentence, ::testing::AllOf(::testing::HasSubstr(log), ::testing::HasSubstr("Free space")));
    EXPECT_EQ(contentOf(log), "first\n");
    appendToFile(log, "second\n");
    EXPECT_EQ(contentOf(log), "first\nsecond\n");
}

TEST(RunFolder, OneThatCannotBeBegunLeavesNothing) {
    int failures = 0;
    for (const FileCall call : {FileCall::open, FileCall::write, FileCall::sync, FileCall::makeFolder})
        for (int n = 1; n < 50; ++n) {
            testing::ScratchFolder temporary;
            const std::string path = temporary / "run";
            FailingFiles files(path);
            files.failAt(call, n, false, ENOSPC);
            const std::string sentence = sentenceOf([&] { RunFolder folder(path, someMetrics(), "a = 1\n"); });
            if (sentence == "no error")
                break;
            ++failures;
            EXPECT_THAT(sentence, ::testing::HasSubstr(path));
            EXPECT_FALSE(std::filesystem::exists(path)) << sentence;
            EXPECT_EQ(sentenceOf([&] { RunFolder folder(path, someMetrics(), ""); }), "no error");
        }
    EXPECT_GT(failures, 8);
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

TEST(RunFolder, KeepsLiveChangesForOtherPrograms) {
    const testing::ScratchFolder temporary;
    const std::string path = temporary / "run", changes = path + "/intervention.jsonl";
    {
        RunFolder folder(path, someMetrics(), "");
        folder.addChange({Step{3}, "optim.lr: 0.1 -> 0.2", 1.5});
        folder.addChange({Step{7}, "optim.lr: 0.2 -> 0.3", 2.5});
        EXPECT_TRUE(folder.flush());
    }
    EXPECT_EQ(contentOf(changes), "{\"step\":3,\"id\":\"optim.lr\",\"old\":\"0.1\",\"new\":\"0.2\",\"seconds\":1.5}\n"
                                  "{\"step\":7,\"id\":\"optim.lr\",\"old\":\"0.2\",\"new\":\"0.3\",\"seconds\":2.5}\n");
    const RunFolder resumed(path, someMetrics(), Continuation{Step{5}, Epoch{0}, 1});
    const std::string kept = contentOf(changes);
    EXPECT_EQ(std::count(kept.begin(), kept.end(), '\n'), 1) << "what came after the checkpoint is forgotten";
}

TEST(RunFolder, WritesEventsOnlyWhenAsked) {
    const testing::ScratchFolder temporary;
    for (const bool events : {false, true}) {
        const std::string path = temporary / (events ? "with" : "without");
        const auto eventFiles = [&] {
            std::vector<std::string> found;
            for (const auto& entry : std::filesystem::directory_iterator(path))
                if (entry.path().filename().string().starts_with("events.out.tfevents."))
                    found.push_back(entry.path().string());
            std::sort(found.begin(), found.end());
            return found;
        };
        {
            RunFolder folder(path, someMetrics(), "", events);
            folder.add({0, Step{1}, 2.5, 0.5});
            EXPECT_TRUE(folder.flush());
            folder.add({1, Step{2}, -1, 1.5});
            EXPECT_TRUE(folder.flush());
        }
        ASSERT_EQ(eventFiles().size(), events ? 1U : 0U);
        if (!events)
            continue;
        const std::vector<EventScalar> found = readEvents(eventFiles().front());
        ASSERT_EQ(found.size(), 2U);
        EXPECT_EQ(found[0].tag, someMetrics()[0].group + "/" + someMetrics()[0].id);
        EXPECT_EQ(found[1].step, 2);
        EXPECT_EQ(found[1].wallTime - found[0].wallTime, 1);
    }
}

} // namespace
} // namespace dinoscope
