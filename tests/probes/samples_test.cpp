// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/probes/samples_probe.h"

#include "engine/support/check.h"

#include <gtest/gtest.h>

namespace dinoscope {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// Two pictures that can be read and one between them that cannot.
class PartlyBroken final : public ImageSource {
public:
    std::int64_t count() const override { return 3; }
    int channels() const override { return 1; }
    std::string name() const override { return "three"; }
    std::string fingerprint() const override { return "three"; }
    PictureView read(SampleIndex index, Image& buffer) const override {
        if (index.value == 1)
            throw EngineError(ErrorCode::io, "data", "The file is cut off.");
        buffer = index.value == 0 ? Image{40, 20, 1, Bytes(800, 50)} : Image{16, 32, 1, Bytes(512, 70)};
        return PictureView(buffer);
    }
    const std::vector<std::string>& classNames() const override { return noClasses_; }
    std::optional<std::int32_t> label(SampleIndex) const override { return {}; }
    std::string pictureName(SampleIndex index) const override { return "picture " + std::to_string(index.value); }

private:
    std::vector<std::string> noClasses_;
};

bool isRefused(const SamplesRequest& request) {
    try {
        smallSamples(PartlyBroken(), request);
    } catch (const EngineError& error) {
        EXPECT_EQ(error.error().code, ErrorCode::badInput);
        return true;
    }
    return false;
}

TEST(SamplesProbe, ShowsPicturesSmallAndSaysWhyOneIsMissing) {
    const SamplesAnswer answer = smallSamples(PartlyBroken(), {{2, 1, 0}, 10}, std::chrono::hours(1));
    ASSERT_EQ(answer.pictures.size(), 3U);
    EXPECT_EQ(answer.pictures[0].sample, 2);
    EXPECT_EQ(answer.pictures[0].image.width, 5);
    EXPECT_EQ(answer.pictures[0].image.height, 10);
    EXPECT_EQ(answer.pictures[0].image.pixels, Bytes(50, 70));
    EXPECT_EQ(answer.pictures[1].problem, "The file is cut off.");
    EXPECT_TRUE(answer.pictures[1].image.empty());
    EXPECT_EQ(answer.pictures[2].image.width, 10);
    EXPECT_EQ(answer.pictures[2].label, -1);
    EXPECT_NE(answer.pictures[2].caption.find("three"), std::string::npos);
}

TEST(SamplesProbe, OnePictureComesHoweverShortTheTime) {
    EXPECT_EQ(smallSamples(PartlyBroken(), {{0, 2, 1}, 64}, std::chrono::milliseconds(0)).pictures.size(), 1U);
}

TEST(SamplesProbe, RefusesWhatIsNotThere) {
    EXPECT_TRUE(isRefused({{}, 64}));
    EXPECT_TRUE(isRefused({{0, 3}, 64}));
    EXPECT_TRUE(isRefused({{-1}, 64}));
    EXPECT_TRUE(isRefused({{0}, 7}));
    EXPECT_TRUE(isRefused({{0}, 513}));
    EXPECT_TRUE(isRefused({std::vector<std::int64_t>(kMostSamples + 1, 0), 64}));
    EXPECT_FALSE(isRefused({{0}, 8}));
}

} // namespace
} // namespace dinoscope
