// SPDX-License-Identifier: GPL-3.0-or-later
// Pickles that nobody writes by accident: each ends in a sentence or in harmless values.
#include "tests/formats/parsed_pickle.h"

#include <gmock/gmock.h>

namespace dinoscope {
namespace {

using namespace pickle;
using testing::HasSubstr;

std::string repeated(const std::string& part, std::size_t count) {
    std::string all;
    all.reserve(part.size() * count);
    for (std::size_t i = 0; i < count; ++i)
        all += part;
    return all;
}

TEST(HostilePickle, EverySentenceNamesTheFile) {
    EXPECT_THAT(refusal(append()), testing::StartsWith("'test.pkl' is damaged: its pickle "));
}

TEST(HostilePickle, StackUnderflow) {
    for (const std::string& opcodes : {append(),
                                       appends(),
                                       setItem(),
                                       setItems(),
                                       tuple(),
                                       tuple1(),
                                       tuple2(),
                                       tuple3(),
                                       reduce(),
                                       newObject(),
                                       build(),
                                       persistent(),
                                       put(0),
                                       std::string(),
                                       none() + mark() + append(),
                                       none() + mark() + build(),
                                       emptyList() + mark() + put(0),
                                       mark() + appends(),
                                       none() + reduce(),
                                       none() + none(),
                                       mark()})
        EXPECT_NE(refusal(opcodes), "") << ::testing::PrintToString(opcodes);
}

TEST(HostilePickle, EndsInTheMiddle) {
    const std::string whole = start() + text("abcdef") + put(0) + real(1) + tuple2() + stop();
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_THAT(refusalOf([&] { ParsedPickle read(whole.substr(0, size)); }), HasSubstr("is cut off or damaged"))
            << size;
}

TEST(HostilePickle, UnknownOpcodesAndProtocols) {
    EXPECT_THAT(refusal("\x94"), HasSubstr("opcode 148"));
    for (const char* opcode : {"i", "o", "0", "2", "P", "T", "B", "\x82", "\x93", "\x95"})
        EXPECT_THAT(refusal(none() + none() + opcode), HasSubstr("opcode")) << opcode;
    EXPECT_THAT(refusalOf([] { ParsedPickle read(op('\x80', "\x04") + none() + stop()); }), HasSubstr("protocol 4"));
}

TEST(HostilePickle, NumbersAndLengthsBeyondTheFile) {
    EXPECT_THAT(refusal(op('X', raw(std::uint32_t{0xffffffff}))), HasSubstr("a text of 4294967295 bytes"));
    EXPECT_THAT(refusal(op('X', raw(std::uint32_t{1000}))), HasSubstr("cut off"));
    EXPECT_THAT(refusal(none() + longPut(0xffffffff)), HasSubstr("remembers"));
    EXPECT_THAT(refusal(longGet(0xffffffff)), HasSubstr("recalls"));
    EXPECT_THAT(refusal(none() + put(1) + get(0)), HasSubstr("recalls"));
}

TEST(HostilePickle, MemoAtTheEndOfAlargePickleIsCharged) {
    const std::string filler = text(std::string(1 << 20, 'x'));
    EXPECT_THAT(refusalOf([&] { ParsedPickle read(start() + filler + longPut(1 << 20) + stop(), 1 << 20); }),
                HasSubstr("more small values"));
}

TEST(HostilePickle, ManySmallValuesAreRefusedBeforeTheyTakeMemory) {
    for (const std::string& part :
         {none(), emptyList(), emptyDict(), emptyTuple(), mark(), integer(1), text(""), global("a", "b"), emptySet(),
          none() + tuple1(), longInteger(std::string(9, '\x7f'))}) {
        const std::string pickle = start() + repeated(part, 200'000);
        EXPECT_THAT(refusalOf([&] { ParsedPickle read(pickle, 1 << 20); }), HasSubstr("more small values"))
            << ::testing::PrintToString(part);
    }
}

TEST(HostilePickle, CopiesOfLongTextsAreCharged) {
    const std::string high = text(repeated("\xc3\xbf", 50'000)) + put(0) + text("latin1") + tuple2() + put(1);
    const std::string encode = global("_codecs", "encode") + put(2) + get(1) + reduce();
    EXPECT_THAT(refusalOf([&] {
                    ParsedPickle read(start() + high + encode + repeated(get(2) + get(1) + reduce(), 500), 1 << 20);
                }),
                HasSubstr("more small values"));
    const std::string parts = mark() + text(std::string(50'000, 'x')) + put(0) + repeated(get(0), 500) + tuple();
    EXPECT_THAT(refusalOf([&] {
                    ParsedPickle read(start() + global("pathlib", "PosixPath") + parts + reduce() + stop(), 1 << 20);
                }),
                HasSubstr("more small values"));
    const std::string map =
        emptyDict() + put(0) + mark() + repeated(none() + none(), 5'000) + setItems() + tuple1() + put(1);
    const std::string copies = repeated(global("__builtin__", "dict") + get(1) + reduce(), 500);
    EXPECT_THAT(refusalOf([&] { ParsedPickle read(start() + map + copies, 2 << 20); }), HasSubstr("more small values"));
}

TEST(HostilePickle, UsesOfOneLongTextAreCharged) {
    const std::string ascii = text(std::string(50'000, 'x')) + put(0);
    const std::string encode = text("latin1") + tuple2() + put(1) + global("_codecs", "encode") + put(2);
    const std::string calls = repeated(get(2) + get(1) + reduce(), 500);
    EXPECT_THAT(refusalOf([&] { ParsedPickle read(start() + ascii + encode + calls, 1 << 20); }),
                HasSubstr("more small values"));
    const std::string entries = emptyDict() + mark() + repeated(get(0) + none(), 500) + setItems();
    EXPECT_THAT(refusalOf([&] { ParsedPickle read(start() + ascii + entries, 1 << 20); }),
                HasSubstr("more small values"));
    EXPECT_THAT(refusal(storage("FloatStorage", std::string(257, '0'), 1)), HasSubstr("persistent id"));
}

TEST(HostilePickle, ListsThatContainThemselves) {
    const auto list = parsed(emptyList() + put(0) + get(0) + append());
    ASSERT_EQ(list->root().items().size(), 1u);
    EXPECT_EQ(list->root().items()[0]->object()->name, PickleValue::kCycleName);
    const auto map = parsed(emptyDict() + put(0) + text("self") + emptyList() + get(0) + append() + setItem());
    EXPECT_EQ(map->root().find("self")->items()[0]->object()->name, PickleValue::kCycleName);
    const auto object = parsed(global("a", "B") + emptyTuple() + reduce() + put(0) + get(0) + build());
    EXPECT_EQ(object->root().object()->state->object()->name, PickleValue::kCycleName);
    const auto key = parsed(emptyDict() + put(0) + get(0) + none() + setItem());
    EXPECT_EQ(key->root().map()->entries()[0].key->object()->name, PickleValue::kCycleName);
}

TEST(HostilePickle, DeepNesting) {
    EXPECT_EQ(refusal(emptyTuple() + repeated(tuple1(), PickleDocument::kMaxDepth - 1)), "");
    EXPECT_THAT(refusal(emptyTuple() + repeated(tuple1(), PickleDocument::kMaxDepth)), HasSubstr("deep"));
    EXPECT_THAT(refusal(emptyTuple() + repeated(tuple1(), 20'000)), HasSubstr("deep"));
    EXPECT_THAT(refusal(repeated(emptyList(), 20'000) + repeated(append(), 19'999)), HasSubstr("deep"));
    // Half of the way is reached twice: first from near the top, then from the bottom of as long a way.
    const std::string half = emptyTuple() + repeated(tuple1(), 120) + put(0);
    EXPECT_THAT(refusal(emptyList() + half + append() + get(0) + repeated(tuple1(), 120) + append()),
                HasSubstr("deep"));
}

TEST(HostilePickle, SharingThatGrowsExponentially) {
    std::string opcodes = none() + put(0);
    for (int i = 0; i < 60; ++i)
        opcodes += get(0) + tuple2() + put(0);
    EXPECT_THAT(refusal(opcodes), HasSubstr("repeats its values"));
}

TEST(HostilePickle, SharedTensorsCountForEveryPlace) {
    const std::string one = tensor(storage("FloatStorage", "0", 1 << 14), 0, integers({1 << 14}), integers({1}));
    const auto several = [&](std::size_t count) {
        return start() + mark() + one + put(0) + repeated(get(0), count - 1) + tuple() + stop();
    };
    EXPECT_EQ(refusalOf([&] { ParsedPickle read(several(8)); }), "");
    EXPECT_THAT(refusalOf([&] { ParsedPickle read(several(9)); }), HasSubstr("same bytes"));
}

TEST(HostilePickle, ImpossibleTensors) {
    const std::string held = storage("FloatStorage", "0", 8);
    const auto refused = [&](std::int32_t offset, const std::string& shape, const std::string& strides) {
        return refusal(tensor(held, offset, shape, strides));
    };
    EXPECT_EQ(refused(0, integers({2, 4}), integers({4, 1})), "");
    EXPECT_EQ(refused(0, integers({4, 2}), integers({1, 4})), "");
    EXPECT_EQ(refused(8, integers({0}), integers({1})), "");
    EXPECT_EQ(refused(0, integers({1, 8}), integers({2147483647, 1})), "");
    EXPECT_THAT(refused(1, integers({2, 4}), integers({4, 1})), HasSubstr("beyond its end"));
    EXPECT_THAT(refused(0, integers({2, 4}), integers({5, 1})), HasSubstr("beyond its end"));
    EXPECT_THAT(refused(9, integers({0}), integers({1})), HasSubstr("beyond its end"));
    EXPECT_THAT(refused(-1, integers({2}), integers({1})), HasSubstr("begins"));
    EXPECT_THAT(refused(0, integers({-2}), integers({1})), HasSubstr("whole number from 0 up"));
    EXPECT_THAT(refused(0, integers({2}), integers({-1})), HasSubstr("whole number from 0 up"));
    EXPECT_THAT(refused(0, mark() + text("2") + tuple(), integers({1})), HasSubstr("whole number from 0 up"));
    EXPECT_THAT(refused(0, integers({2, 2}), integers({1})), HasSubstr("strides"));
    EXPECT_THAT(refused(0, integers({16}), integers({0})), HasSubstr("more than once"));
    EXPECT_THAT(refused(0, integers({1 << 30, 1 << 30, 1 << 30}), integers({0, 0, 0})), HasSubstr("more elements"));
    EXPECT_THAT(refused(0, integers({0, 1 << 30, 1 << 30, 1 << 30}), integers({1, 1, 1, 1})),
                HasSubstr("more elements"));
    const std::string huge = longInteger({"\xff\xff\xff\xff\xff\xff\xff\x7f", 8});
    EXPECT_THAT(refused(0, integers({3}), mark() + huge + tuple()), HasSubstr("beyond its end"));
    EXPECT_THAT(refused(0, mark() + repeated(integer(1), 17) + tuple(), mark() + repeated(integer(1), 17) + tuple()),
                HasSubstr("17 dimensions"));
}

TEST(HostilePickle, OverlappingStridesWithinTheStorageAreCopiedAsTheySay) {
    const auto read = parsed(tensor(storage("ByteStorage", "0", 8), 0, integers({2, 3}), integers({1, 1})));
    EXPECT_EQ(packedBytes(*read->root().tensor()).size(), 6u);
}

TEST(HostilePickle, ImpossibleStorages) {
    EXPECT_THAT(refusal(storage("FloatStorage", "0", 2147483647)), HasSubstr("more than the whole file"));
    EXPECT_THAT(refusal(storage("FloatStorage", "0", 4) + storage("FloatStorage", "0", 5) + tuple2()),
                HasSubstr("two different ways"));
    EXPECT_THAT(refusal(storage("FloatStorage", "0", 4) + storage("IntStorage", "0", 4) + tuple2()),
                HasSubstr("two different ways"));
    // Each fits the file, but not both.
    EXPECT_THAT(refusal(storage("FloatStorage", "0", 10'000) + storage("FloatStorage", "1", 10'000) + tuple2()),
                HasSubstr("more than the whole file"));
    for (const std::string& id :
         {none(), emptyTuple(), text("0"), integers({1, 2, 3, 4, 5}),
          mark() + text("storage") + text("FloatStorage") + text("0") + text("cpu") + integer(1) + tuple()})
        EXPECT_THAT(refusal(id + persistent()), HasSubstr("persistent id")) << ::testing::PrintToString(id);
    EXPECT_THAT(refusal(storage("FloatStorage", "0", -1)), HasSubstr("persistent id"));
}

TEST(HostilePickle, BuildAndAppendOnOddThings) {
    for (const std::string& target : {none(), integer(1), text("a"), emptyList(), emptyTuple()})
        EXPECT_THAT(refusal(target + emptyDict() + build()), HasSubstr("restores")) << ::testing::PrintToString(target);
    for (const std::string& target : {none(), integer(1), text("a"), emptyTuple(), emptyDict()})
        EXPECT_THAT(refusal(target + none() + append()), HasSubstr("appends")) << ::testing::PrintToString(target);
    for (const std::string& target : {none(), integer(1), text("a"), emptyTuple(), emptyList()})
        EXPECT_THAT(refusal(target + none() + none() + setItem()), HasSubstr("sets entries"));
    EXPECT_THAT(refusal(emptyDict() + mark() + none() + setItems()), HasSubstr("without its value"));
    EXPECT_THAT(refusal(none() + emptyTuple() + reduce()), HasSubstr("calls"));
    EXPECT_THAT(refusal(global("a", "b") + none() + reduce()), HasSubstr("calls"));
}

TEST(HostilePickle, OddNamesAndTexts) {
    EXPECT_THAT(refusal(global("", "b")), HasSubstr("letters that no name has"));
    EXPECT_THAT(refusal(global("a", std::string(257, 'x'))), HasSubstr("256 letters"));
    EXPECT_THAT(refusal(global("a\x1b[31m", "b")), HasSubstr("letters that no name has"));
    EXPECT_THAT(refusal(global("a", "\xff")), HasSubstr("letters that no name has"));
    for (const char* odd : {"\xff", "\xc0\x80", "\xc3", "\xe2\x82", "\xf5\x80\x80\x80", "\x80", "\xf4\x90\x80\x80"})
        EXPECT_THAT(refusal(text(odd)), HasSubstr("UTF-8")) << odd;
}

TEST(HostilePickle, KnownNamesWithOddArgumentsArePlaceholders) {
    for (const std::string& opcodes :
         {call("collections", "OrderedDict", none()), call("collections", "OrderedDict", none() + none()),
          call("collections", "OrderedDict", emptyList() + emptyTuple() + append()),
          call("torch", "device", text("cpu") + text("0")), call("numpy.core.multiarray", "scalar", none()),
          call("numpy.core.multiarray", "scalar", call("numpy", "dtype", text("f8")) + none()),
          call("numpy.core.multiarray", "scalar", call("numpy", "dtype", "") + text("")),
          call("pathlib", "PosixPath", integer(1)), call("torch", "device", integer(1)),
          call("torch", "Size", text("abc")), call("torch._utils", "_rebuild_tensor_v2", none()),
          call("torch._utils", "_rebuild_tensor_v2", none() + none() + none() + none()),
          call("torch._utils", "_rebuild_parameter", none() + none()), call("numpy", "dtype", none()),
          call("numpy.core.multiarray", "scalar", none() + none()),
          call("numpy.core.multiarray", "scalar", global("numpy", "dtype") + text("")),
          call("_codecs", "encode", text("a") + text("rot13")), call("torch", "FloatStorage", "")})
        EXPECT_EQ(parsed(opcodes)->root().kind(), PickleValue::Kind::object) << ::testing::PrintToString(opcodes);
}

} // namespace
} // namespace dinoscope
