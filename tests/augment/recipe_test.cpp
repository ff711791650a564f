// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/fields.h"
#include "engine/augment/augment_options.h"
#include "engine/augment/view_plan.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace dinoscope {
namespace {

constexpr int kPictures = 300;

AugmentOptions optionsOf(const char* recipe) {
    AugmentOptions options;
    options.recipe = recipe;
    return options;
}

/// All views of some pictures.
std::vector<ViewPlan> plansOf(const AugmentOptions& options) {
    std::vector<ViewPlan> plans;
    for (int sample = 0; sample < kPictures; ++sample)
        for (int crop = 0; crop < viewsOf(options).count(); ++crop)
            plans.push_back(planView(options, {7, Epoch{1}, SampleIndex{sample}}, crop, 320, 240, 3));
    return plans;
}

/// Share of the plans of view `crop` of which `is` is true.
template <class Is> double share(const std::vector<ViewPlan>& plans, int crop, Is is) {
    return static_cast<double>(std::count_if(plans.begin(), plans.end(),
                                             [&](const ViewPlan& plan) { return plan.crop == crop && is(plan); })) /
           kPictures;
}

TEST(Recipe, SaysWhichViewsThereAre) {
    EXPECT_EQ(viewsOf(optionsOf("multi_crop")), (ViewSet{2, 8, 224, 96}));
    EXPECT_EQ(viewsOf(optionsOf("pair")), (ViewSet{2, 0, 224, 0}));
    EXPECT_EQ(viewsOf(optionsOf("plain")), (ViewSet{2, 0, 224, 0}));
    AugmentOptions none;
    none.localCrops = 0;
    EXPECT_EQ(viewsOf(none), (ViewSet{2, 0, 224, 0})) << "the size of no view is no shape";
    EXPECT_EQ(viewsOf({}).pixels(), 2 * 224 * 224 + 8 * 96 * 96);
    EXPECT_EQ(viewsOf({}).size(1), 224);
    EXPECT_EQ(viewsOf({}).size(2), 96);
}

TEST(Recipe, APairIsCutAndChangedAsByolDoes) {
    const std::vector<ViewPlan> plans = plansOf(optionsOf("pair"));
    double smallest = 1, largest = 0;
    for (const ViewPlan& plan : plans) {
        smallest = std::min(smallest, plan.areaShare);
        largest = std::max(largest, plan.areaShare);
    }
    EXPECT_NEAR(smallest, 0.08, 0.03);
    EXPECT_GT(largest, 0.9);
    const auto blurred = [](const ViewPlan& plan) { return plan.blurRadius > 0; };
    EXPECT_EQ(share(plans, 0, blurred), 1);
    EXPECT_NEAR(share(plans, 1, blurred), 0.1, 0.06);
    const auto solarized = [](const ViewPlan& plan) { return plan.solarized; };
    EXPECT_EQ(share(plans, 0, solarized), 0);
    EXPECT_NEAR(share(plans, 1, solarized), 0.2, 0.08);
    for (const int view : {0, 1}) {
        EXPECT_NEAR(share(plans, view, [](const ViewPlan& plan) { return plan.flipped; }), 0.5, 0.1);
        EXPECT_NEAR(share(plans, view, [](const ViewPlan& plan) { return plan.jittered; }), 0.8, 0.08);
        EXPECT_NEAR(share(plans, view, [](const ViewPlan& plan) { return plan.grayscale; }), 0.2, 0.08);
    }
}

TEST(Recipe, PlainViewsAreCutAndFlippedOnly) {
    AugmentOptions options = optionsOf("plain");
    options.jitter = options.grayscale = options.blurGlobal1 = options.blurGlobal2 = options.solarize = 1;
    for (const ViewPlan& plan : plansOf(options)) {
        EXPECT_FALSE(plan.jittered || plan.grayscale || plan.solarized);
        EXPECT_EQ(plan.blurRadius, 0);
    }
    const auto flipped = [](const ViewPlan& plan) { return plan.flipped; };
    EXPECT_NEAR(share(plansOf(options), 0, flipped), 0.5, 0.1);
    options.flip = 0;
    EXPECT_EQ(share(plansOf(options), 0, flipped), 0);
}

/// Another value of a parameter, at which the options still go together.
ParamValue another(const ParamSpec& spec) {
    switch (spec.type) {
    case ParamType::integer: return std::get<std::int64_t>(spec.defaultValue) + 3;
    case ParamType::choice: return spec.choices[formatParam(spec.defaultValue) == spec.choices[0] ? 1 : 0];
    default: return (std::get<double>(spec.defaultValue) + *spec.hardMin) / 2;
    }
}

/// The form hides what does not apply; here the two are held together: what is hidden has no effect, the rest has one.
TEST(Recipe, AParameterActsExactlyWhereItApplies) {
    const ParamTable table(collectSpecs<AugmentOptions>());
    for (const char* recipe : {"multi_crop", "pair", "plain"})
        for (const char* blur : {"pillow", "3x3"}) {
            ParamSet params(table);
            ASSERT_FALSE(params.setText(table, "augment.recipe", recipe));
            ASSERT_FALSE(params.setText(table, "augment.blur_kind", blur));
            const auto options = readOptions<AugmentOptions>(params);
            const std::vector<ViewPlan> plans = plansOf(options);
            for (const ParamSpec& spec : table.specs()) {
                if (spec.id == "augment.recipe" || spec.id == "augment.mean" || spec.id == "augment.std" ||
                    spec.id == "augment.mode")
                    continue; // what they do is not in a plan
                ParamSet changed = params;
                ASSERT_FALSE(changed.set(table, spec.id, another(spec))) << spec.id;
                if (changed == params) { // blur_kind is the other one already
                    ASSERT_FALSE(changed.set(table, spec.id, spec.defaultValue)) << spec.id;
                }
                const auto changedOptions = readOptions<AugmentOptions>(changed);
                EXPECT_FALSE(checkAugment(changedOptions)) << spec.id;
                const bool acts = viewsOf(changedOptions) != viewsOf(options) || plansOf(changedOptions) != plans;
                EXPECT_EQ(acts, applies(spec, params)) << spec.id << " under " << recipe << " and " << blur;
            }
        }
}

TEST(Recipe, ScalesOfAPairMustBeInOrder) {
    AugmentOptions options = optionsOf("pair");
    options.pairScaleMin = 0.9;
    options.pairScaleMax = 0.5;
    ASSERT_TRUE(checkAugment(options));
    EXPECT_NE(checkAugment(options)->message.find("augment.pair_scale_min is 0.9"), std::string::npos);
}

} // namespace
} // namespace dinoscope
