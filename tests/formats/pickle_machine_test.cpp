// SPDX-License-Identifier: GPL-3.0-or-later
// Opcode by opcode, and what the known classes and functions become.
#include "tests/formats/parsed_pickle.h"

#include <cmath>
#include <gmock/gmock.h>
#include <limits>

namespace dinoscope {
namespace {

using namespace pickle;
using Kind = PickleValue::Kind;

TEST(PickleMachine, ReadsConstants) {
    EXPECT_TRUE(parsed(none())->root().isNone());
    EXPECT_EQ(parsed(boolean(true))->root().boolean(), true);
    EXPECT_EQ(parsed(boolean(false))->root().boolean(), false);
    EXPECT_EQ(parsed(op('K', "\xff"))->root().integer(), 255);
    EXPECT_EQ(parsed(op('M', "\x01\xff"))->root().integer(), 0xff01);
    EXPECT_EQ(parsed(integer(-7))->root().integer(), -7);
    EXPECT_EQ(parsed(real(-0.1))->root().real(), -0.1);
    EXPECT_TRUE(std::isinf(*parsed(real(std::numeric_limits<double>::infinity()))->root().real()));
    EXPECT_EQ(parsed(text("Öl"))->root().text(), "Öl");
    EXPECT_EQ(parsed(text(""))->root().text(), "");
    EXPECT_EQ(parsed(op('U', "\x03"
                             "abc"))
                  ->root()
                  .text(),
              "abc");
    EXPECT_EQ(parsed(op('U', "\x02\xff\xfe"))->root().bytes()->size(), 2u);
    EXPECT_EQ(parsed(integer(3))->root().number(), 3.0);
    EXPECT_EQ(parsed(real(0.5))->root().number(), 0.5);
    EXPECT_EQ(parsed(text("3"))->root().number(), std::nullopt);
}

TEST(PickleMachine, ValuesKnowTheirKind) {
    EXPECT_EQ(parsed(none())->root().kind(), Kind::none);
    EXPECT_EQ(parsed(boolean(true))->root().kind(), Kind::boolean);
    EXPECT_EQ(parsed(integer(1))->root().kind(), Kind::integer);
    EXPECT_EQ(parsed(real(1))->root().kind(), Kind::real);
    EXPECT_EQ(parsed(text(""))->root().kind(), Kind::text);
    EXPECT_EQ(parsed(op('U', "\x01\xff"))->root().kind(), Kind::bytes);
    EXPECT_EQ(parsed(tensor(storage("ByteStorage", "0", 1), 0, emptyTuple(), emptyTuple()))->root().kind(),
              Kind::tensor);
    EXPECT_EQ(parsed(global("a", "b"))->root().kind(), Kind::object);
    // Only maps and objects have entries.
    EXPECT_EQ(parsed(text("a"))->root().find("a"), nullptr);
    EXPECT_EQ(parsed(global("a", "b"))->root().find("a"), nullptr);
    EXPECT_TRUE(PickleDocument().root().isNone());
}

TEST(PickleMachine, ReadsLongIntegers) {
    EXPECT_EQ(parsed(longInteger(""))->root().integer(), 0);
    EXPECT_EQ(parsed(longInteger("\xff"))->root().integer(), -1);
    EXPECT_EQ(parsed(longInteger({"\xff\0", 2}))->root().integer(), 255);
    EXPECT_EQ(parsed(longInteger({"\0\0\0\0\0\0\0\x80", 8}))->root().integer(),
              std::numeric_limits<std::int64_t>::min());
    // A zero byte of the sign is no ninth digit.
    EXPECT_EQ(parsed(longInteger({"\1\0\0\0\0\0\0\0\0", 9}))->root().integer(), 1);
    const auto large = parsed(longInteger({"\0\0\0\0\0\0\0\x80\0", 9})); // 2^63
    ASSERT_EQ(large->root().kind(), Kind::object);
    EXPECT_EQ(large->root().object()->name, "int");
    EXPECT_EQ(large->root().object()->state->bytes()->size(), 9u);
}

TEST(PickleMachine, ReadsStructures) {
    EXPECT_EQ(parsed(emptyTuple())->root().kind(), Kind::tuple);
    EXPECT_EQ(parsed(emptyList())->root().kind(), Kind::list);
    EXPECT_EQ(parsed(emptyDict())->root().kind(), Kind::map);
    EXPECT_EQ(parsed(emptySet())->root().kind(), Kind::set);
    EXPECT_EQ(parsed(integer(1) + tuple1())->root().items().size(), 1u);
    const auto two = parsed(integer(1) + integer(2) + tuple2());
    EXPECT_EQ(two->root().items()[0]->integer(), 1);
    EXPECT_EQ(two->root().items()[1]->integer(), 2);
    EXPECT_EQ(parsed(integer(1) + integer(2) + integer(3) + tuple3())->root().items()[2]->integer(), 3);
    EXPECT_EQ(parsed(integers({1, 2, 3, 4}))->root().items()[3]->integer(), 4);
    const auto list = parsed(emptyList() + integer(1) + append() + mark() + integer(2) + integer(3) + appends());
    ASSERT_EQ(list->root().items().size(), 3u);
    EXPECT_EQ(list->root().items()[2]->integer(), 3);
    const auto set = parsed(emptySet() + mark() + integer(4) + op('\x90'));
    EXPECT_EQ(set->root().kind(), Kind::set);
    EXPECT_EQ(set->root().items()[0]->integer(), 4);
}

TEST(PickleMachine, ReadsMaps) {
    const auto map = parsed(emptyDict() + text("b") + integer(1) + setItem() + mark() + text("a") + integer(2) +
                            integer(7) + integer(3) + emptyTuple() + integer(4) + setItems());
    const PickleMap& entries = *map->root().map();
    ASSERT_EQ(entries.entries().size(), 4u);
    EXPECT_EQ(entries.entries()[0].key->text(), "b");
    EXPECT_EQ(entries.find("a")->integer(), 2);
    EXPECT_EQ(map->root().find("b")->integer(), 1);
    EXPECT_EQ(entries.find(7)->integer(), 3);
    EXPECT_EQ(entries.find("c"), nullptr);
    EXPECT_EQ(entries.find(8), nullptr);
    EXPECT_EQ(entries.find("z"), nullptr);
    EXPECT_EQ(entries.find(-1), nullptr);
}

TEST(PickleMachine, LaterValuesOfAKeyReplaceEarlierOnes) {
    const auto map = parsed(emptyDict() + mark() + text("a") + integer(1) + text("b") + integer(2) + text("a") +
                            integer(3) + integer(5) + integer(6) + integer(5) + integer(7) + setItems());
    const PickleMap& entries = *map->root().map();
    ASSERT_EQ(entries.entries().size(), 3u);
    EXPECT_EQ(entries.entries()[0].key->text(), "a");
    EXPECT_EQ(entries.find("a")->integer(), 3);
    EXPECT_EQ(entries.find(5)->integer(), 7);
}

TEST(PickleMachine, SharesWhatItRemembers) {
    const auto pair = parsed(emptyList() + put(0) + get(0) + tuple2());
    EXPECT_EQ(pair->root().items()[0], pair->root().items()[1]);
    const auto later = parsed(emptyList() + longPut(3) + longGet(3) + tuple2());
    EXPECT_EQ(later->root().items()[0], later->root().items()[1]);
}

TEST(PickleMachine, UnknownNamesBecomePlaceholders) {
    const auto read = parsed(call("os", "system", text("touch /tmp/owned")));
    const PickleObject* object = read->root().object();
    ASSERT_NE(object, nullptr);
    EXPECT_EQ(object->name, "os.system");
    EXPECT_EQ(object->arguments->items()[0]->text(), "touch /tmp/owned");
    EXPECT_THAT(read->document.unknownGlobals(), testing::ElementsAre("os.system"));
    const auto bare = parsed(global("a.b", "C") + global("a.b", "C") + global("d", "E") + tuple3());
    EXPECT_EQ(bare->root().items()[0]->object()->arguments, nullptr);
    EXPECT_THAT(bare->document.unknownGlobals(), testing::ElementsAre("a.b.C", "d.E"));
}

TEST(PickleMachine, PlaceholdersKeepStateItemsAndEntries) {
    const auto read = parsed(global("a", "B") + emptyTuple() + newObject() + integer(1) + append() + text("k") +
                             integer(2) + setItem() + emptyDict() + text("x") + integer(3) + setItem() + build());
    const PickleObject& object = *read->root().object();
    EXPECT_EQ(object.items[0]->integer(), 1);
    EXPECT_EQ(object.entries.find("k")->integer(), 2);
    EXPECT_EQ(object.attributes()->find("x")->integer(), 3);
    EXPECT_EQ(read->root().find("k")->integer(), 2);
    EXPECT_EQ(read->root().find("x")->integer(), 3);
    EXPECT_EQ(read->root().find("y"), nullptr);
}

TEST(PickleMachine, TheResultOfACallIsNotThatFunction) {
    const auto read = parsed(call("torch._utils", "_rebuild_tensor_v2", "") + emptyTuple() + reduce());
    EXPECT_EQ(read->root().object()->name, "torch._utils._rebuild_tensor_v2");
    const std::string dtype = call("numpy", "dtype", text("f8"));
    const std::string bytes = op('U', raw(std::uint8_t{8}) + raw(1.5));
    EXPECT_EQ(parsed(call("numpy.core.multiarray", "scalar", dtype + bytes))->root().real(), 1.5);
    const std::string called = dtype + text("f8") + tuple1() + reduce();
    EXPECT_EQ(parsed(call("numpy.core.multiarray", "scalar", called + bytes))->root().kind(), Kind::object);
}

TEST(PickleMachine, ReadsCollections) {
    EXPECT_EQ(parsed(call("collections", "OrderedDict", ""))->root().kind(), Kind::map);
    EXPECT_EQ(parsed(call("collections", "defaultdict", global("__builtin__", "dict")))->root().kind(), Kind::map);
    const std::string pairs =
        emptyList() + mark() + (emptyList() + mark() + text("a") + integer(1) + appends()) + appends();
    EXPECT_EQ(parsed(call("collections", "OrderedDict", pairs))->root().find("a")->integer(), 1);
    const auto set = parsed(call("__builtin__", "set", emptyList() + integer(5) + append()));
    EXPECT_EQ(set->root().kind(), Kind::set);
    EXPECT_EQ(set->root().items()[0]->integer(), 5);
    // A state dict's versions are restored into the map; they are left out.
    const auto state = parsed(call("collections", "OrderedDict", "") + emptyDict() + text("_metadata") + emptyDict() +
                              setItem() + build());
    EXPECT_TRUE(state->root().map()->entries().empty());
    EXPECT_TRUE(state->document.unknownGlobals().empty());
}

TEST(PickleMachine, ReadsBytes) {
    const auto ascii = parsed(call("_codecs", "encode", text("ab") + text("latin1")));
    EXPECT_EQ(ascii->root().bytes()->size(), 2u);
    const auto high = parsed(call("_codecs", "encode", text("\xc2\x80\xc3\xbfz") + text("latin1")));
    EXPECT_THAT(*high->root().bytes(), testing::ElementsAre(std::byte{0x80}, std::byte{0xff}, std::byte{'z'}));
    EXPECT_EQ(parsed(call("_codecs", "encode", text("\xc4\x80") + text("latin1")))->root().kind(), Kind::object);
    EXPECT_TRUE(parsed(call("__builtin__", "bytes", ""))->root().bytes()->empty());
    const auto array = parsed(call("builtins", "bytearray", call("_codecs", "encode", text("ab") + text("latin1"))));
    EXPECT_EQ(array->root().bytes()->size(), 2u);
    const auto old = parsed(call("__builtin__", "bytearray", text("abc") + text("latin-1")));
    EXPECT_EQ(old->root().bytes()->size(), 3u);
}

std::string numpyScalar(const std::string& type, const std::string& order, const std::string& bytes,
                        const std::string& module = "numpy.core.multiarray") {
    const std::string state =
        mark() + integer(3) + text(order) + none() + none() + none() + integer(-1) + integer(-1) + integer(0) + tuple();
    const std::string dtype = call("numpy", "dtype", text(type) + boolean(false) + boolean(true)) + state + build();
    return call(module, "scalar", dtype + op('U', raw(static_cast<std::uint8_t>(bytes.size())) + bytes));
}

TEST(PickleMachine, ReadsNumpyScalars) {
    EXPECT_EQ(parsed(numpyScalar("f8", "<", raw(0.0005)))->root().real(), 0.0005);
    EXPECT_EQ(parsed(numpyScalar("f8", "<", raw(2.5), "numpy._core.multiarray"))->root().real(), 2.5);
    EXPECT_EQ(parsed(numpyScalar("f4", "<", raw(0.25f)))->root().real(), 0.25);
    EXPECT_EQ(parsed(numpyScalar("f4", ">", {"\x3e\x80\0\0", 4}))->root().real(), 0.25);
    EXPECT_EQ(parsed(numpyScalar("f2", "<", raw(std::uint16_t{0xc100})))->root().real(), -2.5);
    EXPECT_TRUE(std::isinf(*parsed(numpyScalar("f2", "<", raw(std::uint16_t{0x7c00})))->root().real()));
    EXPECT_TRUE(std::isnan(*parsed(numpyScalar("f2", "<", raw(std::uint16_t{0x7c01})))->root().real()));
    EXPECT_EQ(parsed(numpyScalar("f2", "<", raw(std::uint16_t{1})))->root().real(), std::ldexp(1.0, -24));
    EXPECT_EQ(parsed(numpyScalar("i8", "<", raw(std::int64_t{-5})))->root().integer(), -5);
    EXPECT_EQ(parsed(numpyScalar("i2", "<", raw(std::int16_t{-300})))->root().integer(), -300);
    EXPECT_EQ(parsed(numpyScalar("u1", "|", raw(std::uint8_t{200})))->root().integer(), 200);
    EXPECT_EQ(parsed(numpyScalar("b1", "|", raw(std::uint8_t{1})))->root().boolean(), true);
    EXPECT_TRUE(parsed(numpyScalar("f8", "<", raw(1.0)))->document.unknownGlobals().empty());
    for (const std::string& odd :
         {numpyScalar("f8", "<", "abc"), numpyScalar("u8", "<", raw(~std::uint64_t{0})),
          numpyScalar("c8", "<", raw(1.0)), numpyScalar("f3", "<", "abc"), numpyScalar("i3", "<", "abc")})
        EXPECT_EQ(parsed(odd)->root().kind(), Kind::object);
}

TEST(PickleMachine, ReadsPathsDevicesSizesAndTypes) {
    EXPECT_EQ(parsed(call("pathlib", "PosixPath", text("/") + text("data") + text("runs")))->root().text(),
              "/data/runs");
    EXPECT_EQ(parsed(call("pathlib._local", "PosixPath", text("a") + text("b")))->root().text(), "a/b");
    EXPECT_EQ(parsed(call("pathlib", "PosixPath", ""))->root().text(), ".");
    EXPECT_EQ(parsed(call("pathlib", "WindowsPath", text("C:\\") + text("x")))->root().text(), "C:\\x");
    EXPECT_EQ(parsed(call("torch", "device", text("cuda") + integer(1)))->root().text(), "cuda:1");
    EXPECT_EQ(parsed(call("torch", "device", text("cpu")))->root().text(), "cpu");
    const auto size = parsed(call("torch", "Size", emptyList() + integer(3) + append()));
    EXPECT_EQ(size->root().kind(), Kind::tuple);
    EXPECT_EQ(size->root().items()[0]->integer(), 3);
    EXPECT_EQ(parsed(global("torch", "float32"))->root().text(), "torch.float32");
}

TEST(PickleMachine, ReadsANamespace) {
    const auto read = parsed(global("argparse", "Namespace") + emptyTuple() + newObject() + emptyDict() + text("arch") +
                             text("vit_small") + setItem() + build());
    EXPECT_EQ(read->root().object()->name, "argparse.Namespace");
    EXPECT_EQ(read->root().find("arch")->text(), "vit_small");
    EXPECT_TRUE(read->document.unknownGlobals().empty());
}

TEST(PickleMachine, ReadsTensors) {
    const auto read = parsed(tensor(storage("FloatStorage", "0", 8), 1, integers({2, 3}), integers({3, 1})));
    const StoredTensor* made = read->root().tensor();
    ASSERT_NE(made, nullptr);
    EXPECT_EQ(made->type, ElementType::f32);
    EXPECT_THAT(made->shape, testing::ElementsAre(2, 3));
    EXPECT_EQ(made->offset, 1);
    EXPECT_EQ(made->elements(), 6);
    EXPECT_TRUE(made->packed());
    EXPECT_EQ(made->storage.size(), 32u);
    EXPECT_FALSE(made->requiresGradient);
    const auto scalar = parsed(tensor(storage("LongStorage", "0", 1), 0, emptyTuple(), emptyTuple()));
    EXPECT_EQ(scalar->root().tensor()->elements(), 1);
    EXPECT_EQ(scalar->root().tensor()->type, ElementType::i64);
    const auto parameter = parsed(call("torch._utils", "_rebuild_parameter",
                                       tensor(storage("HalfStorage", "0", 2), 0, integers({2}), integers({1})) +
                                           boolean(true) + call("collections", "OrderedDict", "")));
    EXPECT_TRUE(parameter->root().tensor()->requiresGradient);
    EXPECT_EQ(parameter->root().tensor()->type, ElementType::f16);
}

TEST(PickleMachine, ClassesOfOldModulesAreThemselves) {
    const auto read = parsed(mark() + text("module") + global("a", "Net") + text("net.py") + text("class Net: pass") +
                             tuple() + persistent());
    EXPECT_EQ(read->root().object()->name, "a.Net");
}

TEST(PickleMachine, TensorsShareTheirStorage) {
    const std::string first = tensor(storage("FloatStorage", "0", 4), 0, integers({4}), integers({1}));
    const std::string second = tensor(storage("FloatStorage", "0", 4), 2, integers({2}), integers({1}));
    const auto read = parsed(first + second + tuple2());
    EXPECT_EQ(read->root().items()[0]->tensor()->storage.data(), read->root().items()[1]->tensor()->storage.data());
    EXPECT_EQ(read->storages.slots().size(), 1u);
}

TEST(PickleMachine, StridesOfSingleElementsMayBeAnything) {
    const std::string huge = longInteger({"\xff\xff\xff\xff\xff\xff\xff\x7f", 8});
    const std::string strides = integer(1) + huge + integer(2) + tuple3();
    const auto read = parsed(tensor(storage("ByteStorage", "0", 4), 0, integers({2, 1, 2}), strides));
    EXPECT_FALSE(read->root().tensor()->packed());
    EXPECT_EQ(packedBytes(*read->root().tensor()).size(), 4u);
}

TEST(PickleMachine, TensorsOfOtherTypesArePlaceholders) {
    const auto read = parsed(tensor(storage("CharStorage", "0", 4), 0, integers({4}), integers({1})));
    EXPECT_EQ(read->root().object()->name, "torch._utils._rebuild_tensor_v2");
    EXPECT_THAT(read->document.unknownGlobals(), testing::ElementsAre("torch.CharStorage"));
}

TEST(PickleMachine, SaysHowManyBytesItTook) {
    const ParsedPickle read(start() + none() + stop() + "rest");
    EXPECT_EQ(read.taken, 4u);
}

TEST(PickleMachine, LoneSurrogatesAreReplaced) {
    EXPECT_EQ(parsed(text("a\xed\xb3\xbfz"))->root().text(), "a\xef\xbf\xbdz");
}

} // namespace
} // namespace dinoscope
