// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/augment/view_plan.h"

#include "engine/api/fields.h"
#include "engine/augment/augment_options.h"
#include "engine/augment/view_info.h"
#include "engine/augment/view_renderer.h"
#include "engine/support/check.h"
#include "tests/augment/png_file.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>

namespace dinoscope {
namespace {

using nlohmann::json;

ViewKey keyOf(std::int64_t sample, std::uint64_t seed = 1, std::int64_t epoch = 0) {
    return {seed, Epoch{epoch}, SampleIndex{sample}};
}

void expectNear(double value, double recorded, const char* what) {
    EXPECT_NEAR(value, recorded, 0.03 * std::abs(recorded)) << what;
}

void compareStatistics(const json& recorded, int crop) {
    const int n = recorded.at("n");
    std::vector<double> areas, aspects;
    double tops = 0, lefts = 0;
    const AugmentOptions options;
    for (int i = 0; i < n; ++i) {
        const ViewPlan plan = planView(options, keyOf(i), crop, 320, 240, 3);
        areas.push_back(plan.areaShare);
        aspects.push_back(std::log(plan.aspect()));
        tops += plan.top / n;
        lefts += plan.left / n;
    }
    const auto moments = [n](const std::vector<double>& values) {
        double mean = 0, square = 0;
        for (double v : values)
            mean += v / n;
        for (double v : values)
            square += (v - mean) * (v - mean) / n;
        return std::pair(mean, std::sqrt(square));
    };
    const auto [areaMean, areaStd] = moments(areas);
    const auto [aspectMean, aspectStd] = moments(aspects);
    expectNear(areaMean, recorded.at("area_mean"), "area mean");
    expectNear(areaStd, recorded.at("area_std"), "area deviation");
    EXPECT_NEAR(aspectMean, recorded.at("log_aspect_mean").get<double>(), 0.005);
    expectNear(aspectStd, recorded.at("log_aspect_std"), "log aspect deviation");
    expectNear(tops, recorded.at("top_mean"), "top mean");
    expectNear(lefts, recorded.at("left_mean"), "left mean");
    std::sort(areas.begin(), areas.end());
    const std::vector<double> shares{0.05, 0.25, 0.5, 0.75, 0.95};
    for (std::size_t i = 0; i < shares.size(); ++i)
        expectNear(areas[static_cast<std::size_t>(shares[i] * (n - 1))], recorded.at("area_quantiles").at(i),
                   "quantile");
}

TEST(ViewPlan, BoxesHaveTheRecordedStatistics) {
    const json recorded = json::parse(std::ifstream(testing::referenceFolder() / "crop_statistics.json"));
    compareStatistics(recorded.at("global"), 0);
    compareStatistics(recorded.at("local"), 2);
}

TEST(ViewPlan, ChoicesHaveTheirProbabilities) {
    const AugmentOptions options;
    const int n = 20000;
    std::map<int, std::map<std::string, double>> share;
    double hueMean = 0, radiusMean = 0;
    std::map<JitterStep, int> firstSteps;
    for (int i = 0; i < n; ++i)
        for (int crop = 0; crop < 3; ++crop) {
            const ViewPlan plan = planView(options, keyOf(i, 5), crop, 64, 64, 3);
            share[crop]["flip"] += plan.flipped / double(n);
            share[crop]["jitter"] += plan.jittered / double(n);
            share[crop]["gray"] += plan.grayscale / double(n);
            share[crop]["blur"] += (plan.blurRadius > 0) / double(n);
            share[crop]["solarize"] += plan.solarized / double(n);
            if (plan.jittered)
                ++firstSteps[plan.jitterOrder[0]];
            hueMean += plan.hue / (3.0 * n);
            if (crop == 0)
                radiusMean += plan.blurRadius / n;
        }
    for (int crop = 0; crop < 3; ++crop) {
        EXPECT_NEAR(share[crop]["flip"], 0.5, 0.015);
        EXPECT_NEAR(share[crop]["jitter"], 0.8, 0.015);
        EXPECT_NEAR(share[crop]["gray"], 0.2, 0.015);
    }
    EXPECT_EQ(share[0]["solarize"], 0);
    EXPECT_NEAR(share[1]["solarize"], 0.2, 0.015);
    EXPECT_EQ(share[2]["solarize"], 0);
    EXPECT_NEAR(share[0]["blur"], 1.0, 1e-9);
    EXPECT_NEAR(share[1]["blur"], 0.1, 0.015);
    EXPECT_NEAR(share[2]["blur"], 0.5, 0.015);
    EXPECT_NEAR(hueMean, 0, 0.002);
    EXPECT_NEAR(radiusMean, 1.05, 0.02);
    for (const auto& [step, count] : firstSteps)
        EXPECT_NEAR(count / (3.0 * n * 0.8), 0.25, 0.02);
}

TEST(ViewPlan, GreyPicturesHaveNoColorSteps) {
    for (int i = 0; i < 200; ++i) {
        const ViewPlan plan = planView(AugmentOptions{}, keyOf(i), i % 10, 28, 28, 1);
        EXPECT_EQ(plan.saturation, 1);
        EXPECT_EQ(plan.hue, 0);
        EXPECT_FALSE(plan.grayscale);
    }
}

TEST(ViewPlan, IsAFunctionOfItsKey) {
    const AugmentOptions options;
    const ViewPlan plan = planView(options, keyOf(7, 3, 2), 4, 50, 40, 3);
    EXPECT_EQ(plan, planView(options, keyOf(7, 3, 2), 4, 50, 40, 3));
    EXPECT_NE(plan, planView(options, keyOf(8, 3, 2), 4, 50, 40, 3));
    EXPECT_NE(plan, planView(options, keyOf(7, 4, 2), 4, 50, 40, 3));
    EXPECT_NE(plan, planView(options, keyOf(7, 3, 3), 4, 50, 40, 3));
    EXPECT_NE(plan, planView(options, keyOf(7, 3, 2), 5, 50, 40, 3));
}

TEST(ViewPlan, OtherScalesLeaveTheOtherChoicesAlone) {
    AugmentOptions options;
    const ViewPlan before = planView(options, keyOf(3), 5, 100, 100, 3);
    options.localScaleMax = 0.9;
    const ViewPlan after = planView(options, keyOf(3), 5, 100, 100, 3);
    EXPECT_EQ(before.flipped, after.flipped);
    EXPECT_EQ(before.brightness, after.brightness);
    EXPECT_EQ(before.blurRadius, after.blurRadius);
}

TEST(ViewPlan, BoxesStayInsideOddPictures) {
    AugmentOptions options;
    for (const auto& resample : {"bicubic", "bilinear"}) {
        options.resample = resample;
        for (const auto& [width, height] : {std::pair{1, 1}, {1, 50}, {200, 3}, {28, 28}, {5, 4}})
            for (int i = 0; i < 300; ++i) {
                const ViewPlan plan = planView(options, keyOf(i), i % 10, width, height, 1);
                ASSERT_GE(plan.left, 0);
                ASSERT_GE(plan.top, 0);
                ASSERT_GT(plan.width, 0);
                ASSERT_GT(plan.height, 0);
                ASSERT_LE(plan.left + plan.width, width + 1e-9);
                ASSERT_LE(plan.top + plan.height, height + 1e-9);
            }
    }
}

TEST(ViewPlan, WideAndTallPicturesFallBackToTheCentre) {
    AugmentOptions options;
    options.globalScaleMin = options.globalScaleMax = 1.0;
    const ViewPlan wide = planView(options, keyOf(0), 0, 400, 30, 3);
    EXPECT_EQ(wide.height, 30);
    EXPECT_EQ(wide.width, 40);
    EXPECT_EQ(wide.left, 180);
    const ViewPlan tall = planView(options, keyOf(0), 0, 30, 400, 3);
    EXPECT_EQ(tall.width, 30);
    EXPECT_EQ(tall.height, 40);
    EXPECT_EQ(tall.top, 180);
}

TEST(ViewRenderer, WritesNormalisedPlanesOfTheShownPixels) {
    Image source{40, 30, 3, std::vector<std::uint8_t>(40 * 30 * 3)};
    for (std::size_t i = 0; i < source.pixels.size(); ++i)
        source.pixels[i] = static_cast<std::uint8_t>(i * 7919 >> 3);
    AugmentOptions options;
    options.globalSize = 24;
    options.localSize = 9;
    ViewRenderer renderer(normalizationOf(options, 3));
    const float mean[] = {0.485f, 0.456f, 0.406f}, deviation[] = {0.229f, 0.224f, 0.225f};
    for (int crop = 0; crop < 10; ++crop) {
        const ViewPlan plan = planView(options, keyOf(crop), crop, 40, 30, 3);
        const Image shown = renderer.renderPixels(PictureView(source), plan);
        ASSERT_EQ(shown.width, crop < 2 ? 24 : 9);
        const std::size_t count = shown.pixels.size() / 3;
        std::vector<float> planes(shown.pixels.size());
        renderer.render(PictureView(source), plan, planes.data());
        for (std::size_t i = 0; i < count; ++i)
            for (std::size_t c = 0; c < 3; ++c)
                ASSERT_FLOAT_EQ(planes[c * count + i],
                                (float(shown.pixels[i * 3 + c]) / 255.0f - mean[c]) / deviation[c]);
    }
}

TEST(ViewRenderer, PassesPicturesOfTheRightSizeAsTheyAre) {
    const Image grey{2, 2, 1, {0, 255, 51, 102}};
    float out[4];
    AugmentOptions options;
    options.mean = "0.2860";
    options.std = "0.3530";
    ViewRenderer(normalizationOf(options, 1)).renderCenter(PictureView(grey), 2, 2, out);
    for (std::size_t i = 0; i < 4; ++i)
        EXPECT_FLOAT_EQ(out[i], (float(grey.pixels[i]) / 255 - 0.2860f) / 0.3530f);
}

TEST(ViewRenderer, CentreIsTheMiddleOfTheResizedPicture) {
    for (int side : {30, 91}) {
        Image source{side, side, 3, std::vector<std::uint8_t>(static_cast<std::size_t>(side * side * 3))};
        for (std::size_t i = 0; i < source.pixels.size(); ++i)
            source.pixels[i] = static_cast<std::uint8_t>(i * i * 31 >> 4);
        const int whole = 64, size = 56, margin = 4;
        std::vector<std::uint8_t> resized(whole * whole * 3), middle(size * size * 3);
        Resampler resampler;
        resampler.bicubic(PictureView(source), {0, 0, double(side), double(side)}, false,
                          {resized.data(), whole, whole, 3});
        resampler.center(PictureView(source), whole, {middle.data(), size, size, 3});
        for (int c = 0; c < 3; ++c)
            for (int y = 0; y < size; ++y)
                for (int x = 0; x < size; ++x)
                    ASSERT_EQ(middle[static_cast<std::size_t>((c * size + y) * size + x)],
                              resized[static_cast<std::size_t>((c * whole + y + margin) * whole + margin + x)]);
    }
    // A wide picture that changes from left to right alone: its middle has the brightness of its middle.
    Image wide{120, 30, 1, std::vector<std::uint8_t>(3600)};
    for (std::size_t i = 0; i < 3600; ++i)
        wide.pixels[i] = static_cast<std::uint8_t>(2 * (i % 120));
    std::vector<std::uint8_t> middle(20 * 20);
    Resampler().center(PictureView(wide), 20, {middle.data(), 20, 20, 1});
    EXPECT_NEAR(middle[0], 2 * (45 + 0.25), 1.5);
    EXPECT_NEAR(middle[399], 2 * (75 - 1.25), 1.5);
}

TEST(ViewInfo, CarriesThePlan) {
    const ViewPlan plan = planView(AugmentOptions{}, keyOf(3), 1, 50, 40, 3);
    const ViewInfo info = describeView(plan, Image{1, 1, 1, {7}});
    EXPECT_EQ(info.image.pixels[0], 7);
    EXPECT_TRUE(info.isGlobal && info.seenByTeacher && info.seenByStudent);
    EXPECT_EQ(info.width, plan.width);
    EXPECT_EQ(info.contrast, plan.contrast);
    EXPECT_EQ(info.blurRadius, plan.blurRadius);
    EXPECT_FALSE(describeView(planView(AugmentOptions{}, keyOf(3), 2, 50, 40, 3), {}).seenByTeacher);
}

TEST(AugmentOptions, AreCheckedTogether) {
    AugmentOptions options;
    EXPECT_FALSE(checkAugment(options));
    options.localScaleMin = 0.5;
    ASSERT_TRUE(checkAugment(options));
    EXPECT_NE(checkAugment(options)->message.find("augment.local_scale_min is 0.5"), std::string::npos);
    options = {};
    for (const char* text : {"", "a", "0.1 0.2", "0.1 0.2 0.3 0.4", "0.5x"}) {
        options.mean = text;
        EXPECT_TRUE(checkAugment(options)) << text;
    }
    options.mean = "0.5,0.5, 0.5";
    EXPECT_FALSE(checkAugment(options));
    options.std = "0";
    EXPECT_TRUE(checkAugment(options));
}

TEST(AugmentOptions, DeclarationsFormATable) {
    const ParamTable table(collectSpecs<AugmentOptions>());
    ParamSet set(table);
    EXPECT_EQ(readOptions<AugmentOptions>(set), AugmentOptions{});
    EXPECT_FALSE(set.setText(table, "augment.local_scale_max", "0.3"));
    EXPECT_EQ(readOptions<AugmentOptions>(set).localScaleMax, 0.3);
    EXPECT_EQ(table.find("augment.local_scale_max")->takesEffect, TakesEffect::now);
    EXPECT_EQ(table.find("augment.local_crops")->takesEffect, TakesEffect::now);
    EXPECT_EQ(table.find("augment.mean")->takesEffect, TakesEffect::newRun);
    for (const ParamSpec& spec : table.specs())
        EXPECT_FALSE(spec.help.empty()) << spec.id;
}

TEST(AugmentOptions, ThreeNumbersBecomeOneForGreyPictures) {
    const Normalization grey = normalizationOf(AugmentOptions{}, 1);
    EXPECT_NEAR(grey.mean[0], 0.299 * 0.485 + 0.587 * 0.456 + 0.114 * 0.406, 1e-6);
    const Normalization color = normalizationOf(AugmentOptions{}, 3);
    EXPECT_FLOAT_EQ(color.std[2], 0.225f);
}

} // namespace
} // namespace dinoscope
