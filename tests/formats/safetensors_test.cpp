// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/safetensors.h"

#include "tests/formats/parsed_pickle.h"
#include "tests/formats/scratch_file.h"

#include <gmock/gmock.h>

namespace dinoscope {
namespace {

using ::testing::HasSubstr;
using testing::ScratchFile;

std::string file(const std::string& header, const std::string& data) {
    return pickle::raw(static_cast<std::uint64_t>(header.size())) + header + data;
}

std::string entry(const std::string& name, const std::string& type, const std::string& shape,
                  const std::string& range) {
    return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":[" + shape + "],\"data_offsets\":[" + range + "]}";
}

std::string refusal(const std::string& bytes) {
    return refusalOf([&] {
        std::vector<TensorView> tensors;
        std::map<std::string, std::string> metadata;
        parseSafetensors(std::as_bytes(std::span(bytes)), "test.safetensors", tensors, metadata);
    });
}

std::string refusal(const std::string& header, const std::string& data) { return refusal(file(header, data)); }

TEST(Safetensors, WhatIsWrittenIsReadAgain) {
    const std::vector<float> numbers{1, -2, 0.5f, 4, 5, 6};
    TensorView first;
    first.name = "b";
    first.shape = {2, 3};
    first.bytes = std::as_bytes(std::span(numbers));
    TensorView second;
    second.name = "a";
    second.type = ElementType::u8;
    second.bytes = first.bytes.first(1);
    const ScratchFile scratch;
    writeSafetensors(scratch.path(), {first, second}, {{"key", "value"}});
    const SafetensorsFile read(scratch.path());
    ASSERT_EQ(read.tensors().size(), 2u);
    EXPECT_EQ(read.tensors()[0].name, "b");
    EXPECT_EQ(read.at("b").shape, first.shape);
    EXPECT_TRUE(std::ranges::equal(read.at("b").bytes, first.bytes));
    EXPECT_EQ(read.at("a").type, ElementType::u8);
    EXPECT_EQ(read.at("a").elements(), 1);
    EXPECT_EQ(read.metadata().at("key"), "value");
    EXPECT_EQ(read.find("c"), nullptr);
    EXPECT_THAT(refusalOf([&] { read.at("c"); }), HasSubstr("no tensor 'c'"));
}

TEST(Safetensors, AcceptsWhatTheFormatAllows) {
    const std::string header = "{" + entry("y", "U8", "2", "4,6") + "," + entry("x", "F32", "", "0,4") + "," +
                               entry("empty", "F64", "0,4611686018427387904,4611686018427387904", "4,4") + "}  ";
    EXPECT_EQ(refusal(header, "123456"), "");
    EXPECT_EQ(refusal("{}", ""), "");
}

TEST(Safetensors, RefusesHeadersThatDoNotDescribeTheFile) {
    const std::string good = "{" + entry("a", "U8", "4", "0,4") + "}";
    EXPECT_EQ(refusal(good, "1234"), "");
    EXPECT_THAT(refusal(good, "123"), HasSubstr("reaches from byte 0 to 4"));
    EXPECT_THAT(refusal(good, "12345"), HasSubstr("1 bytes at its end belong to no tensor"));
    EXPECT_THAT(refusal("1234567"), HasSubstr("fewer than the 8"));
    EXPECT_THAT(refusal(pickle::raw(~std::uint64_t{0}) + "{}"), HasSubstr("header should have"));
    EXPECT_THAT(refusal(pickle::raw(std::uint64_t{3}) + "{}"), HasSubstr("header should have 3 bytes"));
    for (const char* odd : {"", "[]", "{", "1", "{\"a\":\xff}", "{\"a\":1} x"})
        EXPECT_THAT(refusal(odd, ""), HasSubstr("not a JSON object")) << odd;
    EXPECT_THAT(refusal("{\"__metadata__\":{\"a\":1}}", ""), HasSubstr("is not text"));
    EXPECT_THAT(refusal("{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}", "1"), HasSubstr("lacks its"));
}

TEST(Safetensors, RefusesImpossibleTensors) {
    const auto one = [](const std::string& type, const std::string& shape, const std::string& range) {
        return refusal("{" + entry("a", type, shape, range) + "}", "1234");
    };
    EXPECT_EQ(one("F32", "1", "0,4"), "");
    EXPECT_THAT(one("F31", "1", "0,4"), HasSubstr("element type 'F31'"));
    EXPECT_THAT(one("F32", "2", "0,4"), HasSubstr("8 bytes by its shape, but 4"));
    EXPECT_THAT(one("F32", "-1", "0,4"), HasSubstr("whole number from 0 up"));
    EXPECT_THAT(one("F32", "1.0", "0,4"), HasSubstr("whole number from 0 up"));
    EXPECT_THAT(one("F32", "1", "4,0"), HasSubstr("reaches from byte 4 to 0"));
    EXPECT_THAT(one("F32", "4611686018427387904,4", "0,4"), HasSubstr("too large for any file"));
}

TEST(Safetensors, RefusesGapsOverlapsAndRepeatedNames) {
    const auto two = [](const std::string& first, const std::string& second) {
        return refusal("{" + first + "," + second + "}", "1234");
    };
    EXPECT_EQ(two(entry("a", "U8", "2", "0,2"), entry("b", "U8", "2", "2,4")), "");
    EXPECT_THAT(two(entry("a", "U8", "1", "0,1"), entry("b", "U8", "2", "2,4")), HasSubstr("do not follow"));
    EXPECT_THAT(two(entry("a", "U8", "3", "0,3"), entry("b", "U8", "2", "2,4")), HasSubstr("do not follow"));
    EXPECT_THAT(two(entry("a", "U8", "4", "0,4"), entry("a", "U8", "4", "0,4")), HasSubstr("the same name"));
}

TEST(Safetensors, ManyValuesInAHeaderAreRefusedBeforeTheyTakeMemory) {
    std::string numbers = "0";
    for (int i = 0; i < 4'000'000; ++i)
        numbers += ",0";
    EXPECT_THAT(refusal("{" + entry("a", "U8", numbers, "0,0") + "}", ""), HasSubstr("more than 4000000 values"));
}

} // namespace
} // namespace dinoscope
