// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/config_file.h"
#include "engine/support/check.h"
#include "tests/train/small_run.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sqlite3.h>

#include <csignal>
#include <fstream>

#include <sys/resource.h>

namespace dinoscope {
namespace {

using testing::ScratchFolder;
using testing::SmallRun;

std::int64_t count(const std::filesystem::path& file, const std::string& query) {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(database, query.c_str(), -1, &statement, nullptr), SQLITE_OK) << query;
    EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW);
    const std::int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return value;
}

std::vector<nlohmann::json> linesOf(const std::string& file) {
    std::ifstream log(file);
    std::string line;
    std::vector<nlohmann::json> lines;
    while (std::getline(log, line))
        lines.push_back(nlohmann::json::parse(line));
    return lines;
}

TEST(RunRecord, TheFolderHoldsEveryValueEveryPointAndALineAnEpoch) {
    const ScratchFolder scratch;
    const std::string folder = scratch / "run";
    SmallRun small(SmallRun::Texts{{"run.seed", "3"}}, folder);
    small.train(20); // two epochs and a half
    small.run->record().change("optim.lr: 0.05 -> 0.1", Step{12}, 1.5);
    small.run->record().finish();

    ParamSet read(small.catalog.params);
    const auto error = readConfigFile(folder + "/config.toml", small.catalog.params, read);
    ASSERT_FALSE(error) << error->message;
    EXPECT_EQ(read, *small.run->params());

    const std::filesystem::path store = folder + "/metrics.sqlite";
    EXPECT_EQ(count(store, "select count(*) from points"), static_cast<std::int64_t>(small.recorder.points.size()));
    EXPECT_EQ(count(store, "select count(*) from changes where step = 12"), 1);
    EXPECT_EQ(count(store, "select count(*) from metrics"), static_cast<std::int64_t>(metricList().size()));

    const auto lines = linesOf(folder + "/log.txt");
    ASSERT_EQ(lines.size(), 3U);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        EXPECT_EQ(lines[i].at("epoch"), i);
        EXPECT_GT(lines[i].at("train_loss").get<double>(), 0);
        EXPECT_GT(lines[i].at("train_lr").get<double>(), 0);
        EXPECT_TRUE(lines[i].contains("train_wd"));
    }
}

TEST(RunRecord, TheClosingAccuracyStandsInTheLineOfTheLastEpoch) {
    const ScratchFolder scratch;
    const std::string folder = scratch / "run";
    SmallRun small({}, folder);
    small.train(16); // two whole epochs
    small.run->evaluate();
    while (small.run->hasWork())
        small.run->workSlice(small.recorder);
    small.run->record().finish();
    const auto lines = linesOf(folder + "/log.txt");
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[1].at("epoch"), 1);
    EXPECT_EQ(lines[1].at("knn_teacher"), small.recorder.of(Metric::knnTeacher).back());
    EXPECT_FALSE(lines[1].contains("partial"));
}

TEST(RunRecord, AFullDiskAtTheEndIsSaid) {
    const ScratchFolder scratch;
    const std::string folder = scratch / "run";
    SmallRun small({}, folder);
    small.train(2);
    // Stands for the disk: what is written may not grow beyond what there is.
    rlimit former{};
    getrlimit(RLIMIT_FSIZE, &former);
    const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit full{1, former.rlim_max};
    setrlimit(RLIMIT_FSIZE, &full);
    std::string sentence;
    try {
        small.train(200);
        small.run->record().finish();
    } catch (const EngineError& error) {
        sentence = error.what();
    }
    setrlimit(RLIMIT_FSIZE, &former);
    std::signal(SIGXFSZ, ignored);
    EXPECT_NE(sentence.find(folder), std::string::npos) << sentence;
    EXPECT_NE(sentence.find("Free space"), std::string::npos) << sentence;
}

TEST(RunRecord, HistoryIsSentAgainWithAndWithoutAFolder) {
    const ScratchFolder scratch;
    for (const std::string& folder : {std::string(), (scratch / "run").string()}) {
        SmallRun small(SmallRun::Texts{}, folder);
        small.train(6);
        testing::Recorder again;
        small.run->record().replay(Step{4}, again);
        EXPECT_EQ(again.of(Metric::loss).size(), 3U) << folder;
        const auto all = small.recorder.of(Metric::loss);
        EXPECT_EQ(again.of(Metric::loss), std::vector<double>(all.end() - 3, all.end())) << folder;
    }
}

} // namespace
} // namespace dinoscope
