// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/augment/evaluation_transform.h"
#include "engine/augment/view_renderer.h"
#include "engine/support/check.h"
#include "engine/train/catalog.h"
#include "engine/train/knn_protocol.h"
#include "tests/data/picture_files.h"
#include "tests/train/small_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace dinoscope {
namespace {

using testing::SmallRun;

/// Pictures of three classes and many sizes, in one folder or in train and val.
void writeClasses(const std::filesystem::path& folder, int pictures) {
    const char* const classes[] = {"apple", "bear", "cup"};
    for (int i = 0; i < pictures; ++i) {
        testing::RawPicture picture = testing::smoothPicture(20 + i % 7, 18 + i % 5, i);
        for (std::size_t at = 0; at < picture.values.size(); ++at) // each class has a strong channel of its own
            picture.values[at] = static_cast<std::uint16_t>(
                at % 3 == static_cast<std::size_t>(i % 3) ? 200 + i % 40 : picture.values[at] / 4);
        testing::writeBytes(folder / classes[i % 3] / (std::to_string(i) + ".png"), testing::encoded(".png", picture));
    }
}

RunSettings settingsOf(const std::filesystem::path& data, const SmallRun::Texts& changes = {}) {
    return readSettings(SmallRun::command(data, changes).params);
}

const ReadProgress kGoOn = [](std::int64_t, std::int64_t) { return true; };

TEST(FolderRun, TrainsAndMeasuresOnAFolderOfPictures) {
    const testing::ScratchFolder folder;
    writeClasses(folder / "train", 45);
    writeClasses(folder / "val", 18);
    testing::writeBytes(folder / "train/bear/1.png", {0x89, 'P', 'N', 'G'});
    testing::Recorder recorder;
    LiveRun run(SmallRun::command(folder.path(), {}), makeCatalog(), {}, recorder,
                [](const WorkProgress&) { return true; });
    EXPECT_EQ(run.info()->channels, 3);
    EXPECT_EQ(run.info()->classNames, (std::vector<std::string>{"apple", "bear", "cup"}));
    for (int step = 0; step < 10; ++step) { // two epochs
        while (run.hasWork())
            run.workSlice(recorder);
        run.step(recorder);
    }
    for (const double loss : recorder.of(Metric::loss))
        EXPECT_TRUE(std::isfinite(loss));
    const std::optional<CacheState> cache = run.status().cache;
    ASSERT_TRUE(cache);
    EXPECT_GT(cache->readBytes, 0);
    EXPECT_GT(cache->hits(), 0);
    ASSERT_EQ(recorder.of(Metric::knnTeacher).size(), 1U);
    EXPECT_GT(recorder.of(Metric::knnTeacher)[0], 60);
    EXPECT_GT(run.info()->referenceLines[0].value, 90); // the pixels tell the classes
    const auto named = std::count_if(recorder.lines.begin(), recorder.lines.end(), [](const auto& line) {
        return line.second.find("train/bear/1.png ends after 4 bytes") != std::string::npos;
    });
    EXPECT_GT(named, 0);
}

/// A run on a folder of pictures that tests change while it trains.
struct ChangingFolder {
    explicit ChangingFolder(int pictures, const SmallRun::Texts& changes = {}) {
        writeClasses(folder.path(), pictures);
        SmallRun::Texts all{
            {"data.test_share", "0"}, {"data.prefetch", "1"}, {"data.cache_mb", "0"}, {"eval.every_steps", "0"}};
        for (const auto& [id, text] : changes)
            all[id] = text;
        run = std::make_unique<LiveRun>(SmallRun::command(folder.path(), all), catalog, RunStart{}, recorder,
                                        [](const WorkProgress&) { return true; });
    }
    void train(int steps) {
        for (int i = 0; i < steps; ++i) {
            while (run->hasWork())
                run->workSlice(recorder);
            while (run->step(recorder) == StepOutcome::waiting) {
            }
        }
    }
    /// The sentence with which training on fails; "" if it does not.
    std::string failure(int steps) {
        try {
            train(steps);
        } catch (const EngineError& error) {
            EXPECT_EQ(error.error().code, ErrorCode::noPictures) << error.what();
            return error.what();
        }
        return {};
    }
    std::int64_t linesWith(const std::string& words) const {
        return std::count_if(recorder.lines.begin(), recorder.lines.end(),
                             [&](const auto& line) { return line.second.find(words) != std::string::npos; });
    }

    testing::ScratchFolder folder;
    EngineCatalog catalog = makeCatalog();
    testing::Recorder recorder;
    std::unique_ptr<LiveRun> run;
};

TEST(FolderRun, AFolderThatGoesAwayPausesTheRunWhichGoesOnWhereItWas) {
    ChangingFolder whole(48), broken(48);
    whole.train(12);
    broken.train(3);
    const std::filesystem::path place = broken.folder.path(), away = place.string() + "-away";
    std::filesystem::rename(place, away);
    const std::string sentence = broken.failure(12);
    EXPECT_NE(sentence.find(place.string() + " cannot be reached any more"), std::string::npos) << sentence;
    EXPECT_NE(sentence.find("The run is paused at step"), std::string::npos) << sentence;
    EXPECT_EQ(broken.linesWith("replaced by"), 0) << "it is not the pictures that are bad";
    EXPECT_NE(broken.failure(1), "") << "it is still away";
    std::filesystem::rename(away, place);
    broken.train(12 - static_cast<int>(broken.run->stepNumber().value));
    EXPECT_EQ(broken.recorder.of(Metric::loss), whole.recorder.of(Metric::loss));
}

TEST(FolderRun, ARunWhosePicturesAreInMemoryGoesOnWithoutTheFolder) {
    ChangingFolder whole(48), cached(48, {{"data.cache_mb", "64"}});
    whole.train(30);
    cached.train(15); // each picture was read
    std::filesystem::remove_all(cached.folder.path());
    EXPECT_EQ(cached.failure(15), "");
    EXPECT_EQ(cached.recorder.of(Metric::loss), whole.recorder.of(Metric::loss));
}

TEST(FolderRun, FilesThatChangeWhileItTrainsAreReadAsTheyAreOrReplacedAndNamedOnce) {
    ChangingFolder changing(48);
    changing.train(2);
    testing::writePicture(changing.folder / "apple/0.png", 64, 50, 7); // another picture of another size
    testing::writeBytes(changing.folder / "bear/1.png", {'t', 'e', 'x', 't'});
    std::filesystem::remove(changing.folder / "cup/2.png");
    changing.train(16); // two epochs and more
    EXPECT_EQ(changing.linesWith("apple/0.png"), 0);
    EXPECT_EQ(changing.linesWith("bear/1.png is no JPEG, PNG"), 1);
    EXPECT_EQ(changing.linesWith("cup/2.png cannot be read: No such file"), 1);
    EXPECT_EQ(changing.linesWith("; it was replaced by"), 2);
    changing.run->reportReplacedCount(changing.recorder);
    EXPECT_EQ(changing.linesWith("times a picture could not be read"), 1);
}

TEST(FolderRun, MoreBadPicturesThanTheChosenSharePauseTheRun) {
    ChangingFolder bad(48, {{"data.max_bad_share", "0.1"}});
    for (int i = 0; i < 12; ++i)
        testing::writeBytes(bad.folder /
                                (i % 3 == 0   ? "apple"
                                 : i % 3 == 1 ? "bear"
                                              : "cup") /
                                (std::to_string(i) + ".png"),
                            {});
    const std::string sentence = bad.failure(6);
    EXPECT_NE(sentence.find("of 48 pictures cannot be read, more than data.max_bad_share, which is 0.1"),
              std::string::npos)
        << sentence;
    const Step step = bad.run->stepNumber();
    EXPECT_NE(bad.failure(1), "") << "nothing has changed";
    EXPECT_EQ(bad.run->stepNumber(), step);
    bad.run->setParam(bad.catalog, *bad.catalog.params.find("data.max_bad_share"), 0.5);
    EXPECT_EQ(bad.failure(12), "");
    EXPECT_EQ(bad.linesWith("; it was replaced by"), 12);
}

TEST(FolderRun, KeepsAStatedShareForMeasuring) {
    const testing::ScratchFolder folder;
    writeClasses(folder.path(), 60);
    testing::Recorder recorder;
    LiveRun run(SmallRun::command(folder.path(), {{"data.test_share", "0.25"}}), makeCatalog(), {}, recorder,
                [](const WorkProgress&) { return true; });
    const std::int64_t kept = 60 - run.info()->sampleCount;
    EXPECT_GT(kept, 4);
    EXPECT_LT(kept, 30);
    EXPECT_EQ(std::count_if(recorder.lines.begin(), recorder.lines.end(),
                            [&](const auto& line) {
                                return line.second.find(std::to_string(kept) + " of 60 pictures") != std::string::npos;
                            }),
              1);
}

TEST(FolderRun, TheFirstPicturesOfASortedSetAreOfAllClasses) {
    const testing::ScratchFolder folder;
    writeClasses(folder.path(), 60);
    const DataSets sets = openSource(folder.path());
    const RunSettings settings = settingsOf(folder.path(), {{"eval.references", "18"}, {"eval.queries", "12"}});
    const auto protocol = makeKnnProtocol(sets, settings, kGoOn);
    ASSERT_TRUE(protocol);
    EXPECT_EQ(protocol->references.labels.size(0), 18);
    EXPECT_EQ(protocol->queries.labels.size(0), 12);
    for (const auto* set : {&protocol->references, &protocol->queries})
        for (std::int64_t label = 0; label < 3; ++label)
            EXPECT_GT(set->labels.eq(label).sum().item<std::int64_t>(), 0);
    EXPECT_TRUE(
        torch::equal(makeKnnProtocol(sets, settings, kGoOn)->references.pictures, protocol->references.pictures));
    // No picture is both: the queries follow the references.
    const torch::Tensor a = protocol->references.pictures.flatten(1), b = protocol->queries.pictures.flatten(1);
    for (std::int64_t i = 0; i < a.size(0); ++i)
        EXPECT_FALSE(b.eq(a[i]).all(1).any().item<bool>()) << i;
}

TEST(FolderRun, MeasuresTheSamePicturesWithAnyNumberOfThreads) {
    const testing::ScratchFolder folder;
    writeClasses(folder.path(), 60);
    for (const char* broken : {"apple/3.png", "bear/7.png", "cup/20.png", "cup/41.png"})
        testing::writeBytes(folder / broken, {0x89, 'P', 'N', 'G'});
    const DataSets sets = openSource(folder.path());
    std::vector<std::int64_t> told;
    const auto note = [&](std::int64_t done, std::int64_t) {
        told.push_back(done);
        return true;
    };
    const auto with = [&](const char* threads, const char* queries, const ReadProgress& progress) {
        return makeKnnProtocol(
            sets,
            settingsOf(folder.path(),
                       {{"data.loader_threads", threads}, {"eval.references", "20"}, {"eval.queries", queries}}),
            progress);
    };
    const auto one = with("1", "17", note), three = with("3", "17", kGoOn);
    EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
    EXPECT_EQ(one->references.samples, three->references.samples);
    EXPECT_EQ(one->queries.samples, three->queries.samples);
    EXPECT_TRUE(torch::equal(one->references.pictures, three->references.pictures));
    EXPECT_TRUE(torch::equal(one->queries.pictures, three->queries.pictures));
    std::set<SampleIndex> all(one->references.samples.begin(), one->references.samples.end());
    all.insert(one->queries.samples.begin(), one->queries.samples.end());
    EXPECT_EQ(all.size(), 37U);
    EXPECT_EQ(with("2", "100", kGoOn)->queries.samples.size(), 36U) << "all that follow, but the broken ones";
}

TEST(FolderRun, MeasuresWhatTheOfficialTransformMakesOfAPicture) {
    const testing::ScratchFolder folder;
    writeClasses(folder.path(), 12);
    const DataSets sets = openSource(folder.path());
    const auto protocol =
        makeKnnProtocol(sets, settingsOf(folder.path(), {{"eval.references", "11"}, {"eval.queries", "1"}}), kGoOn);
    ASSERT_TRUE(protocol);
    const EvaluationTransform transform{18, 16, {{0, 0, 0}, {1, 1, 1}}};
    ViewRenderer renderer(transform.normalization);
    std::vector<float> planes(3 * 16 * 16);
    std::int64_t found = 0;
    for (std::int64_t i = 0; i < 12; ++i) {
        renderEvaluation(renderer, PictureView(sets.train->image(SampleIndex{i})), transform, planes.data());
        const torch::Tensor expected = torch::tensor(planes).mul(255).round().to(torch::kUInt8);
        found += protocol->references.pictures.flatten(1).eq(expected).all(1).any().item<bool>();
    }
    EXPECT_EQ(found, 11);
}

TEST(FolderRun, OneClassIsNothingToMeasureWith) {
    const testing::ScratchFolder folder;
    for (int i = 0; i < 12; ++i)
        testing::writePicture(folder / "all" / (std::to_string(i) + ".png"), 20, 20, i);
    EXPECT_EQ(makeKnnProtocol(openSource(folder.path()), settingsOf(folder.path()), kGoOn), nullptr);
}

} // namespace
} // namespace dinoscope
