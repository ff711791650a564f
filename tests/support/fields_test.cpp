// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/fields.h"

#include <gtest/gtest.h>

namespace dinoscope {
namespace {

struct SampleOptions {
    double rate = 0.25;
    std::int64_t count = 3;
    bool wide = true;
    std::string kind = "first";
    std::string note;
};

void declare(FieldList& fields, SampleOptions& options) {
    fields.add("sample.rate", options.rate, "Rate").help("How fast.").unit("1/s").range(0, 10).soft(0.1, 1).log().now();
    fields.add("sample.count", options.count, "Count").atLeast(1).nextEpoch().alias("sample.number");
    fields.add("sample.wide", options.wide, "Wide");
    fields.add("sample.kind", options.kind, "Kind").choices({"first", "second", "third"});
    fields.add("sample.note", options.note, "Note").when("sample.kind=second|third").when("sample.wide=true");
}

TEST(Fields, DeclarationsKeepOrderTypesAndDefaults) {
    const auto specs = collectSpecs<SampleOptions>();
    ASSERT_EQ(specs.size(), 5u);
    EXPECT_EQ(specs[0].id, "sample.rate");
    EXPECT_EQ(specs[0].defaultValue, ParamValue(0.25));
    EXPECT_EQ(specs[0].hardMax, 10.0);
    EXPECT_EQ(specs[0].softMin, 0.1);
    EXPECT_EQ(specs[0].scale, ParamScale::logarithmic);
    EXPECT_EQ(specs[0].takesEffect, TakesEffect::now);
    EXPECT_EQ(specs[1].type, ParamType::integer);
    EXPECT_EQ(specs[1].hardMin, 1.0);
    EXPECT_FALSE(specs[1].hardMax);
    EXPECT_EQ(specs[1].takesEffect, TakesEffect::nextEpoch);
    EXPECT_EQ(specs[2].type, ParamType::boolean);
    EXPECT_EQ(specs[2].takesEffect, TakesEffect::newRun);
    EXPECT_EQ(specs[3].type, ParamType::choice);
    EXPECT_EQ(specs[3].choices.size(), 3u);
    EXPECT_EQ(specs[4].type, ParamType::text);
    EXPECT_EQ(specs[4].appliesWhen, "sample.kind=second|third and sample.wide=true");
}

TEST(Fields, ValuesOfASetArriveInTheStruct) {
    const ParamTable table(collectSpecs<SampleOptions>());
    ParamSet params(table);
    EXPECT_FALSE(params.setText(table, "sample.rate", "2.5"));
    EXPECT_FALSE(params.setText(table, "sample.number", "9"));
    EXPECT_FALSE(params.setText(table, "sample.wide", "false"));
    EXPECT_FALSE(params.setText(table, "sample.kind", "second"));
    EXPECT_FALSE(params.setText(table, "sample.note", "a = b"));
    const auto options = readOptions<SampleOptions>(params);
    EXPECT_EQ(options.rate, 2.5);
    EXPECT_EQ(options.count, 9);
    EXPECT_FALSE(options.wide);
    EXPECT_EQ(options.kind, "second");
    EXPECT_EQ(options.note, "a = b");
}

TEST(Fields, AParameterAppliesUnderAllItsConditions) {
    const ParamTable table(collectSpecs<SampleOptions>());
    ParamSet params(table);
    const ParamSpec& note = *table.find("sample.note");
    const auto noteApplies = [&](const char* kind, const char* wide) {
        EXPECT_FALSE(params.setText(table, "sample.kind", kind));
        EXPECT_FALSE(params.setText(table, "sample.wide", wide));
        return applies(note, params);
    };
    EXPECT_FALSE(noteApplies("first", "true"));
    EXPECT_TRUE(noteApplies("second", "true"));
    EXPECT_TRUE(noteApplies("third", "true"));
    EXPECT_FALSE(noteApplies("third", "false"));
    EXPECT_FALSE(noteApplies("first", "false"));
    EXPECT_TRUE(applies(*table.find("sample.kind"), params)) << "no condition";
    EXPECT_TRUE(applies(note, ParamSet())) << "a set that knows neither parameter";
}

TEST(Fields, AFreshSetGivesAFreshStruct) {
    const ParamTable table(collectSpecs<SampleOptions>());
    const auto options = readOptions<SampleOptions>(ParamSet(table));
    EXPECT_EQ(options.rate, SampleOptions{}.rate);
    EXPECT_EQ(options.count, SampleOptions{}.count);
    EXPECT_EQ(options.kind, SampleOptions{}.kind);
}

TEST(Fields, ASetWithoutTheIdIsAnError) { EXPECT_THROW(readOptions<SampleOptions>(ParamSet()), std::out_of_range); }

} // namespace
} // namespace dinoscope
