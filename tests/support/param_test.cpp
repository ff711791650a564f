// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/param.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

namespace dinoscope {
namespace {

using testing::HasSubstr;

ParamSpec rate() {
    ParamSpec spec;
    spec.id = "optim.learningRate";
    spec.label = "Learning rate";
    spec.type = ParamType::real;
    spec.defaultValue = 0.001;
    spec.hardMin = 0;
    spec.hardMax = 1;
    spec.aliases = {"optim.lr"};
    return spec;
}

ParamSpec size() {
    ParamSpec spec;
    spec.id = "data.batchSize";
    spec.label = "Batch size";
    spec.type = ParamType::integer;
    spec.defaultValue = std::int64_t{128};
    spec.hardMin = 1;
    return spec;
}

ParamSpec kind() {
    ParamSpec spec;
    spec.id = "optim.optimizer";
    spec.label = "Optimiser";
    spec.type = ParamType::choice;
    spec.defaultValue = std::string("adamw");
    spec.choices = {"adamw", "sgd"};
    return spec;
}

ParamSpec flag() {
    ParamSpec spec;
    spec.id = "head.batchNorm";
    spec.label = "BatchNorm";
    spec.type = ParamType::boolean;
    spec.defaultValue = false;
    return spec;
}

ParamTable table() { return ParamTable({rate(), size(), kind(), flag()}); }

std::string complaint(const std::optional<Error>& error) { return error ? error->message : ""; }

TEST(Param, RealsRoundTripThroughTheirText) {
    for (const double value : {0.1, 1e-3, 3.0, 1.0 / 3.0, 5e-324, 1.7976931348623157e308, -0.0}) {
        const auto read = parseParam(rate(), formatParam(value));
        ASSERT_TRUE(std::holds_alternative<ParamValue>(read));
        EXPECT_EQ(std::get<double>(std::get<ParamValue>(read)), value);
    }
}

TEST(Param, TextOfEachTypeIsRead) {
    EXPECT_EQ(std::get<ParamValue>(parseParam(flag(), "on")), ParamValue(true));
    EXPECT_EQ(std::get<ParamValue>(parseParam(flag(), "no")), ParamValue(false));
    EXPECT_EQ(std::get<ParamValue>(parseParam(size(), "-7")), ParamValue(std::int64_t{-7}));
    EXPECT_EQ(std::get<ParamValue>(parseParam(kind(), "sgd")), ParamValue(std::string("sgd")));
}

TEST(Param, UnreadableTextIsRefusedWithNameAndText) {
    for (const char* text : {"", "12x", "1 2", "0x10", "1e400", "1,5"}) {
        const auto read = parseParam(rate(), text);
        ASSERT_TRUE(std::holds_alternative<Error>(read)) << text;
        EXPECT_EQ(std::get<Error>(read).code, ErrorCode::badParameter);
        EXPECT_THAT(std::get<Error>(read).message, HasSubstr("'optim.learningRate'"));
        EXPECT_THAT(std::get<Error>(read).message, HasSubstr(std::string("'") + text + "'"));
    }
    EXPECT_TRUE(std::holds_alternative<Error>(parseParam(size(), "1.5")));
    EXPECT_TRUE(std::holds_alternative<Error>(parseParam(flag(), "maybe")));
}

TEST(Param, RangesHoldAtBothEnds) {
    EXPECT_EQ(complaint(checkParam(rate(), 0.0)), "");
    EXPECT_EQ(complaint(checkParam(rate(), 1.0)), "");
    EXPECT_THAT(complaint(checkParam(rate(), 1.5)), testing::AllOf(HasSubstr("1.5"), HasSubstr("from 0 to 1")));
    EXPECT_THAT(complaint(checkParam(size(), std::int64_t{0})), HasSubstr("at least 1"));
}

TEST(Param, NotANumberAndInfinityAreRefused) {
    EXPECT_NE(complaint(checkParam(rate(), std::numeric_limits<double>::quiet_NaN())), "");
    EXPECT_NE(complaint(checkParam(rate(), std::numeric_limits<double>::infinity())), "");
}

TEST(Param, WrongTypesAndChoicesAreRefused) {
    EXPECT_EQ(complaint(checkParam(rate(), std::int64_t{1})), "") << "an integer may stand for a real";
    EXPECT_NE(complaint(checkParam(size(), 1.0)), "");
    EXPECT_NE(complaint(checkParam(flag(), std::int64_t{1})), "");
    EXPECT_THAT(complaint(checkParam(kind(), std::string("adam"))), HasSubstr("adamw, sgd"));
}

TEST(ParamTable, FindsByIdAndByEarlierName) {
    const ParamTable known = table();
    ASSERT_NE(known.find("optim.lr"), nullptr);
    EXPECT_EQ(known.find("optim.lr"), known.find("optim.learningRate"));
    EXPECT_EQ(known.find("optim.speed"), nullptr);
    EXPECT_EQ(known.find("data.batchSize")->group(), "data");
}

TEST(ParamTable, SuggestsTheNearestName) {
    const ParamTable known = table();
    EXPECT_EQ(known.nearest("optim.learningrat"), "optim.learningRate");
    EXPECT_EQ(known.nearest("batchSize"), "data.batchSize");
    EXPECT_THAT(known.unknown("data.batchsize").message, HasSubstr("did you mean 'data.batchSize'"));
    EXPECT_THAT(known.unknown("zzzzzzzzzzzzzzzzzzzzzzzzzzzz").message, testing::Not(HasSubstr("did you mean")));
}

TEST(ParamTable, RefusesDoubledNamesAndBadDefaults) {
    EXPECT_THROW(ParamTable({rate(), rate()}), std::invalid_argument);
    ParamSpec shadow = size();
    shadow.aliases = {"optim.lr"};
    EXPECT_THROW(ParamTable({rate(), shadow}), std::invalid_argument);
    ParamSpec outside = rate();
    outside.defaultValue = 2.0;
    EXPECT_THROW(ParamTable({outside}), std::invalid_argument);
}

TEST(ParamSet, IsCompleteAndUnchangedByARefusedValue) {
    const ParamTable known = table();
    ParamSet params(known);
    EXPECT_EQ(params.values().size(), known.specs().size());
    const ParamSet before = params;
    EXPECT_TRUE(params.set(known, "optim.lr", 7.0));
    EXPECT_TRUE(params.setText(known, "data.batchSize", "many"));
    EXPECT_TRUE(params.set(known, "data.size", std::int64_t{3}));
    EXPECT_EQ(params, before);
}

TEST(ParamSet, StoresUnderTheIdAndAsTheDeclaredType) {
    const ParamTable known = table();
    ParamSet params(known);
    EXPECT_FALSE(params.set(known, "optim.lr", std::int64_t{1}));
    EXPECT_EQ(params.at("optim.learningRate"), ParamValue(1.0));
    EXPECT_THROW(params.at("optim.lr"), std::out_of_range);
    EXPECT_FALSE(params.setText(known, "optim.optimizer", "sgd"));
    EXPECT_EQ(params.at("optim.optimizer"), ParamValue(std::string("sgd")));
}

} // namespace
} // namespace dinoscope
