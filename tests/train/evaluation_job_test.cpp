// SPDX-License-Identifier: GPL-3.0-or-later
// Evaluations of a network in a file.
#include "engine/api/job.h"
#include "engine/support/check.h"
#include "engine/train/evaluation_job.h"
#include "tests/data/picture_files.h"
#include "tests/train/small_run.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace dinoscope {
namespace {

using testing::ScratchFolder;

std::string reference(const std::string& name) {
    const char* set = std::getenv("DINOSCOPE_REFERENCE");
    const char* source = std::getenv("DINOSCOPE_SOURCE");
    return (set ? std::string(set) : std::string(source ? source : ".") + "/../shared/reference") + "/" + name;
}

class EvaluationJob : public ::testing::Test {
protected:
    EvaluationJob() { testing::writeStripes(data.path(), 96, 48); }

    EvaluationInput input() const {
        EvaluationInput input;
        input.checkpoint = reference("vit-adamw/checkpoint.pth");
        input.heads = 3;
        input.train = data.path().string();
        input.threads = 1;
        return input;
    }
    KnnReport knn(const EvaluationInput& on) const {
        return std::get<KnnReport>(evaluateNeighbours({on, {1, 5, 500}, {0.07, 0.1}}).finish());
    }
    std::string refusal(const EvaluationInput& on) const {
        try {
            knn(on);
        } catch (const EngineError& error) {
            return error.error().message;
        }
        return {};
    }

    ScratchFolder data;
};

TEST_F(EvaluationJob, CountsNeighboursForEveryKAndTemperature) {
    const KnnReport report = knn(input());
    EXPECT_EQ(report.facts.train, 96);
    EXPECT_EQ(report.facts.val, 48);
    EXPECT_EQ(report.facts.featureWidth, 48);
    EXPECT_EQ(report.facts.cropSide, 32) << "what the position table is for";
    EXPECT_NE(report.facts.network.find("teacher of checkpoint.pth"), std::string::npos);
    ASSERT_EQ(report.rows.size(), 6U);
    EXPECT_EQ(report.rows[1].neighbours, 1);
    EXPECT_EQ(report.rows[1].temperature, 0.1);
    EXPECT_EQ(report.rows[1].used, 1);
    EXPECT_EQ(report.rows[5].neighbours, 500);
    EXPECT_EQ(report.rows[5].used, 96) << "all references";
    EXPECT_EQ(KnnRequest().temperatures, (std::vector<double>{0.07, 0.1})) << "both of the literature";
    EXPECT_GT(report.rows[0].top1, 100.0 / static_cast<double>(report.facts.classes)) << "above chance";
    EXPECT_LE(report.rows[0].top1, report.rows[2].top5);
}

TEST_F(EvaluationJob, StudentAndTeacherAreTwoNetworks) {
    EvaluationInput student = input();
    student.network = "student";
    const KnnReport a = knn(input()), b = knn(student);
    EXPECT_NE(b.facts.network.find("student"), std::string::npos);
    EXPECT_EQ(a.rows.size(), b.rows.size());
    EvaluationInput lone = input();
    lone.checkpoint = reference("vit-adamw/backbone_only.pth");
    lone.network = "student";
    const KnnReport c = knn(lone);
    for (std::size_t i = 0; i < a.rows.size(); ++i)
        EXPECT_EQ(c.rows[i].top1, a.rows[i].top1) << "the file's only network is the teacher's backbone";
}

TEST_F(EvaluationJob, SetsOfDifferentSizesAreSeenAlike) {
    const ScratchFolder folder;
    for (const char* name : {"0", "1"})
        testing::writeBytes(folder / name / "a.png", testing::encoded(".png", testing::smoothPicture(40, 30, 1)));
    EvaluationInput mixed = input();
    mixed.val = folder.path().string();
    EXPECT_EQ(knn(input()).facts.resizeSide, 32) << "all of one size: whole pictures";
    EXPECT_EQ(knn(mixed).facts.resizeSide, 36) << "32 * 8 / 7 for both sets";
}

/// The picture as a viewer shows it that follows the Exif orientation 6: turned to the right.
testing::RawPicture turned(const testing::RawPicture& picture) {
    testing::RawPicture out{picture.height, picture.width, 3, {}};
    for (int y = 0; y < out.height; ++y)
        for (int x = 0; x < out.width; ++x)
            for (int c = 0; c < 3; ++c)
                out.values.push_back(
                    picture.values[static_cast<std::size_t>(((picture.height - 1 - x) * picture.width + y) * 3 + c)]);
    return out;
}

TEST_F(EvaluationJob, LoadsPicturesAsTheOfficialCodeIfAsked) {
    const testing::RawPicture lying = testing::smoothPicture(40, 40, 1), hidden = testing::smoothPicture(40, 40, 2);
    testing::RawPicture clear{40, 40, 4, {}};
    for (std::size_t i = 0; i < hidden.values.size(); i += 3)
        clear.values.insert(clear.values.end(), {hidden.values[i], hidden.values[i + 1], hidden.values[i + 2], 0});
    const testing::RawPicture white{40, 40, 3, std::vector<std::uint16_t>(40 * 40 * 3, 255)};
    const ScratchFolder folder;
    const auto write = [&](const char* name, const std::vector<std::uint8_t>& bytes) {
        testing::writeBytes(folder / name, bytes);
    };
    write("train/a/lying.jpg", testing::encoded(".jpg", lying));
    write("train/a/hidden.png", testing::encoded(".png", hidden));
    write("train/b/upright.jpg", testing::encoded(".jpg", turned(lying)));
    write("train/b/white.png", testing::encoded(".png", white));
    write("val/a/1.jpg", testing::withOrientation(testing::encoded(".jpg", lying), 6));
    write("val/a/2.png", testing::encoded(".png", clear));
    EvaluationInput on = input();
    on.train = folder.path().string();
    EXPECT_EQ(knn(on).rows[0].top1, 0) << "upright, and white where it is transparent";
    on.officialLoading = true;
    EXPECT_EQ(knn(on).rows[0].top1, 100) << "as the bytes are stored";
    on.train = (folder / "train").string();
    on.val = (folder / "val").string();
    EXPECT_EQ(knn(on).rows[0].top1, 100) << "of a second set, too";
}

TEST_F(EvaluationJob, TrainsALinearClassifier) {
    LinearRequest request;
    request.input = input();
    request.epochs = 20;
    request.batchSize = 16;
    request.lastBlocks = 2;
    request.rates = {0.001, 1.0};
    const auto report = std::get<LinearReport>(evaluateLinear(request).finish());
    EXPECT_EQ(report.facts.featureWidth, 96) << "class tokens of two blocks";
    ASSERT_EQ(report.epochs.size(), 20U);
    EXPECT_LT(report.epochs.back().trainLoss, report.epochs.front().trainLoss);
    EXPECT_GT(report.top1, 100.0 / static_cast<double>(report.facts.classes));
    EXPECT_GE(report.highestTop1, report.top1);
    const auto again = std::get<LinearReport>(evaluateLinear(request).finish());
    EXPECT_EQ(again.epochs.back().trainLoss, report.epochs.back().trainLoss) << "the same seed, the same numbers";
}

TEST_F(EvaluationJob, SaysWhatCannotBe) {
    EvaluationInput wrong = input();
    wrong.heads = 0;
    EXPECT_NE(refusal(wrong).find("--heads"), std::string::npos);
    wrong = input();
    wrong.checkpoint = "/nowhere.pth";
    EXPECT_NE(refusal(wrong).find("/nowhere.pth"), std::string::npos);
    wrong = input();
    wrong.train = "/nowhere";
    EXPECT_NE(refusal(wrong).find("/nowhere"), std::string::npos);
    wrong = input();
    wrong.network = "pupil";
    EXPECT_NE(refusal(wrong).find("pupil"), std::string::npos);
    wrong = input();
    wrong.mean = "grey";
    EXPECT_NE(refusal(wrong).find("grey"), std::string::npos);
}

} // namespace
} // namespace dinoscope
