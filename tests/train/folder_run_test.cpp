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
    ASSERT_EQ(recorder.of(Metric::knnTeacher).size(), 1U);
    EXPECT_GT(recorder.of(Metric::knnTeacher)[0], 60);
    EXPECT_GT(run.info()->referenceLines[0].value, 90); // the pixels tell the classes
    const auto named = std::count_if(recorder.lines.begin(), recorder.lines.end(), [](const auto& line) {
        return line.second.find("train/bear/1.png is no JPEG, PNG") != std::string::npos;
    });
    EXPECT_GT(named, 0);
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
