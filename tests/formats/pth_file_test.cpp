// SPDX-License-Identifier: GPL-3.0-or-later
// Whole .pth files: those that the official implementation has written, and files that are something else.
#include "engine/formats/pth_file.h"

#include "engine/formats/pth_content.h"
#include "engine/formats/safetensors.h"
#include "tests/formats/parsed_pickle.h"
#include "tests/formats/scratch_file.h"
#include "tests/formats/zip_writer.h"

#include <gmock/gmock.h>

#include <array>

#include <sys/stat.h>
#include <unistd.h>

namespace dinoscope {
namespace {

using namespace pickle;
using testing::fileBytes;
using ::testing::HasSubstr;
using testing::pthParts;
using testing::referenceFile;
using testing::ScratchFile;
using testing::zipArchive;
using testing::ZipPart;

std::string opening(const std::string& path) {
    return refusalOf([&] { PthFile file(path); });
}

std::string openingBytes(const std::string& bytes) {
    const ScratchFile file(bytes);
    const std::string sentence = opening(file.path());
    if (!sentence.empty()) {
        EXPECT_THAT(sentence, ::testing::StartsWith("'" + file.path() + "' "));
    }
    return sentence;
}

/// Every tensor of a state dict, less `prefix`, has the type, shape and bytes of `expected` under `group`.
void expectTensors(const PickleValue* state, const std::string& prefix, const SafetensorsFile& expected,
                   const std::string& group) {
    ASSERT_NE(state, nullptr);
    ASSERT_NE(state->map(), nullptr);
    std::size_t wanted = 0;
    for (const TensorView& view : expected.tensors())
        wanted += view.name.starts_with(group);
    EXPECT_EQ(state->map()->entries().size(), wanted);
    for (const PickleMap::Entry& entry : state->map()->entries()) {
        const std::string name(*entry.key->text());
        ASSERT_TRUE(name.starts_with(prefix)) << name;
        const TensorView& view = expected.at(group + name.substr(prefix.size()));
        const StoredTensor* tensor = entry.value->tensor();
        ASSERT_NE(tensor, nullptr) << name;
        EXPECT_EQ(tensor->type, view.type) << name;
        EXPECT_EQ(tensor->shape, view.shape) << name;
        EXPECT_TRUE(std::ranges::equal(packedBytes(*tensor), view.bytes)) << name;
    }
}

class OfficialCheckpoint : public ::testing::TestWithParam<const char*> {
protected:
    OfficialCheckpoint() : file(referenceFile(std::string("vit-adamw/") + GetParam())) {}
    PthFile file;
};

INSTANTIATE_TEST_SUITE_P(Containers, OfficialCheckpoint, ::testing::Values("checkpoint.pth", "checkpoint_legacy.pth"),
                         [](const auto& parameter) {
                             return std::string(parameter.param) == "checkpoint.pth" ? "Zip" : "Legacy";
                         });

TEST_P(OfficialCheckpoint, HoldsTheRecordedTensorsBitForBit) {
    EXPECT_EQ(file.container() == PthFile::Container::zip, std::string(GetParam()) == "checkpoint.pth");
    const SafetensorsFile expected(referenceFile("vit-adamw/final.safetensors"));
    expectTensors(file.root().find("student"), "module.", expected, "student.");
    expectTensors(file.root().find("teacher"), "", expected, "teacher.");
    const PickleValue* center = file.root().find("dino_loss")->find("center");
    ASSERT_NE(center, nullptr);
    EXPECT_TRUE(std::ranges::equal(packedBytes(*center->tensor()), expected.at("center").bytes));
}

TEST_P(OfficialCheckpoint, HoldsOptionsAndOptimizer) {
    EXPECT_TRUE(file.unknownGlobals().empty()) << file.unknownGlobals()[0];
    EXPECT_TRUE(file.root().find("epoch")->integer().has_value());
    const PickleValue* args = file.root().find("args");
    ASSERT_NE(args->object(), nullptr);
    EXPECT_EQ(args->object()->name, "argparse.Namespace");
    EXPECT_EQ(args->find("patch_size")->kind(), PickleValue::Kind::integer);
    EXPECT_TRUE(args->find("out_dim")->integer().has_value());
    EXPECT_TRUE(args->find("arch")->text().has_value());
    const PickleValue* optimizer = file.root().find("optimizer");
    const auto groups = optimizer->find("param_groups")->items();
    ASSERT_EQ(groups.size(), 2u);
    EXPECT_GT(*groups[0]->find("lr")->number(), 0.0);
    EXPECT_TRUE(groups[0]->find("weight_decay")->number().has_value());
    const std::size_t parameters =
        groups[0]->find("params")->items().size() + groups[1]->find("params")->items().size();
    const PickleMap* state = optimizer->find("state")->map();
    ASSERT_NE(state, nullptr);
    EXPECT_GT(state->entries().size(), 40u);
    EXPECT_LE(state->entries().size(), parameters);
    const PickleValue* first = state->find(std::int64_t{0});
    ASSERT_NE(first, nullptr);
    EXPECT_NE(first->find("exp_avg")->tensor(), nullptr);
    EXPECT_NE(first->find("exp_avg_sq")->tensor(), nullptr);
}

TEST(PthFile, ReadsABareBackbone) {
    const PthFile file(referenceFile("vit-adamw/backbone_only.pth"));
    const SafetensorsFile expected(referenceFile("vit-adamw/final.safetensors"));
    ASSERT_NE(file.root().map(), nullptr);
    EXPECT_GT(file.root().map()->entries().size(), 40u);
    for (const PickleMap::Entry& entry : file.root().map()->entries()) {
        const TensorView& view = expected.at("teacher.backbone." + std::string(*entry.key->text()));
        EXPECT_EQ(entry.value->tensor()->shape, view.shape);
        EXPECT_TRUE(std::ranges::equal(packedBytes(*entry.value->tensor()), view.bytes)) << *entry.key->text();
    }
}

TEST(PthFile, StaysWhereItsTensorsAreWhenItIsMoved) {
    const std::string bytes = "abcdefgh";
    const ScratchFile scratch(zipArchive(
        pthParts(start() + tensor(storage("ByteStorage", "0", 8), 2, integers({2, 3}), integers({1, 2})) + stop(),
                 {{"0", bytes}})));
    PthFile first(scratch.path());
    PthFile file(referenceFile("vit-adamw/backbone_only.pth"));
    file = PthFile(std::move(first));
    const std::vector<std::byte> packed = packedBytes(*file.root().tensor());
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(packed.data()), packed.size()), "cegdfh");
    EXPECT_FALSE(file.root().tensor()->packed());
    EXPECT_EQ(file.path(), scratch.path());
}

TEST(PthFile, RefusesWhatIsNoFile) {
    const ScratchFile scratch;
    EXPECT_THAT(opening(scratch.folder()), HasSubstr("it is a folder"));
    EXPECT_THAT(opening(scratch.folder() + "/none.pth"), HasSubstr("could not be opened"));
    const std::string pipe = scratch.folder() + "/pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_THAT(opening(pipe), HasSubstr("a pipe or a device"));
    EXPECT_THAT(opening("/dev/zero"), HasSubstr("a pipe or a device"));
    EXPECT_THAT(refusalOf([&] { SafetensorsFile file(pipe); }), HasSubstr("could not be"));
    if (::geteuid() != 0) { // to root every file is readable
        ASSERT_EQ(::chmod(scratch.path().c_str(), 0), 0);
        EXPECT_THAT(opening(scratch.path()), HasSubstr("Permission denied"));
    }
}

TEST(PthFile, AFileThatBecomesShorterWhileItIsReadEndsInASentence) {
    const ScratchFile scratch("0123456789");
    const FileReader reader(scratch.path());
    std::filesystem::resize_file(scratch.path(), 4);
    std::array<std::byte, 10> bytes{};
    EXPECT_THAT(refusalOf([&] { reader.read(0, bytes); }), HasSubstr("became shorter"));
    EXPECT_EQ(bytes[3], std::byte{'3'});
}

TEST(PthFile, RefusesOtherKindsOfFile) {
    EXPECT_THAT(openingBytes(""), HasSubstr("is empty"));
    EXPECT_THAT(openingBytes("P"), HasSubstr("neither of the two kinds"));
    EXPECT_THAT(openingBytes("{\"a\": 1}"), HasSubstr("JSON"));
    EXPECT_THAT(openingBytes(raw(std::uint64_t{10}) + "{\"a\":1}   "), HasSubstr("safetensors"));
    EXPECT_THAT(opening(referenceFile("vit-adamw/final.safetensors")), HasSubstr("safetensors"));
    EXPECT_THAT(openingBytes(start() + none() + stop()), HasSubstr("bare pickle"));
    std::string tar(1024, '\0');
    tar.replace(257, 5, "ustar");
    EXPECT_THAT(openingBytes(tar), HasSubstr("tar archive"));
    EXPECT_THAT(openingBytes(std::string(600, '\0')), HasSubstr("neither of the two kinds"));
}

TEST(PthFile, RefusesOtherArchives) {
    const std::string pickle = start() + none() + stop();
    EXPECT_EQ(openingBytes(zipArchive(pthParts(pickle))), "");
    std::vector<ZipPart> parts = pthParts(pickle);
    parts[0].name = "archive/other";
    EXPECT_THAT(openingBytes(zipArchive(parts)), HasSubstr("without a data.pkl"));
    testing::ZipForm plain;
    plain.largeEnd = false;
    EXPECT_THAT(openingBytes(zipArchive({}, plain)), HasSubstr("without a data.pkl"));
    for (const char* name : {"archive/constants.pkl", "archive/code/__torch__.py"}) {
        parts = pthParts(pickle);
        parts[2].name = name;
        EXPECT_THAT(openingBytes(zipArchive(parts)), HasSubstr("TorchScript"));
    }
    parts = pthParts(pickle);
    parts[2].name = "second/data.pkl";
    EXPECT_THAT(openingBytes(zipArchive(parts)), HasSubstr("two .pth files"));
    parts = pthParts(pickle);
    parts[1].bytes = "big";
    EXPECT_THAT(openingBytes(zipArchive(parts)), HasSubstr("big-endian"));
    parts[1].bytes = "mixed";
    EXPECT_THAT(openingBytes(zipArchive(parts)), HasSubstr("byte order"));
    parts[1].bytes = std::string(100, 'x');
    EXPECT_THAT(openingBytes(zipArchive(parts)), HasSubstr("byte order"));
    parts = pthParts(pickle + "more");
    EXPECT_THAT(openingBytes(zipArchive(parts)), HasSubstr("behind its end"));
    parts = pthParts(pickle);
    parts[0].method = 8;
    EXPECT_THAT(openingBytes(zipArchive(parts)), HasSubstr("compressed"));
}

TEST(PthFile, IgnoresRecordsThatItDoesNotKnow) {
    std::vector<ZipPart> parts = pthParts(start() + none() + stop());
    for (const char* name : {"archive/.format_version", "archive/.data/serialization_id", "other/thing"}) {
        parts.emplace_back().name = name;
        parts.back().method = 8;
    }
    EXPECT_EQ(openingBytes(zipArchive(parts)), "");
}

TEST(PthFile, StoragesMustHaveTheirSize) {
    const std::string pickle =
        start() + tensor(storage("FloatStorage", "0", 2), 0, integers({2}), integers({1})) + stop();
    EXPECT_EQ(openingBytes(zipArchive(pthParts(pickle, {{"0", "12345678"}}))), "");
    EXPECT_THAT(openingBytes(zipArchive(pthParts(pickle, {{"0", "1234567"}}))), HasSubstr("has 7 bytes"));
    EXPECT_THAT(openingBytes(zipArchive(pthParts(pickle, {{"0", "123456789"}}))), HasSubstr("has 9 bytes"));
    EXPECT_THAT(openingBytes(zipArchive(pthParts(pickle, {{"1", "12345678"}}))), HasSubstr("is missing"));
}

TEST(PthFile, UnknownClassesAreListed) {
    const ScratchFile scratch(zipArchive(pthParts(start() + call("os", "system", text("true")) + stop())));
    const PthFile file(scratch.path());
    EXPECT_THAT(file.unknownGlobals(), ::testing::ElementsAre("os.system"));
    EXPECT_EQ(file.root().object()->name, "os.system");
}

/// A file of the old container from parts: the object, the list of keys and what follows.
std::string legacy(const std::string& object, const std::string& keys, const std::string& rest, bool little = true,
                   std::int32_t version = 1001) {
    std::string bytes(reinterpret_cast<const char*>(kLegacyMagic), sizeof kLegacyMagic);
    bytes += start() + integer(version) + stop();
    bytes += start() + emptyDict() + text("little_endian") + boolean(little) + setItem() + stop();
    bytes += start() + object + stop();
    bytes += start() + emptyList() + mark() + keys + appends() + stop();
    return bytes + rest;
}

TEST(PthFile, ReadsTheLegacyContainer) {
    const auto view = [](const std::string& description) {
        return mark() + text("storage") + global("torch", "ByteStorage") + text("7") + text("cpu") + integer(3) +
               description + tuple() + persistent();
    };
    const std::string object = tensor(view(none()), 0, integers({3}), integers({1}));
    const std::string rest = raw(std::uint64_t{3}) + "xyz";
    const ScratchFile scratch(legacy(object, text("7"), rest));
    const PthFile file(scratch.path());
    EXPECT_EQ(file.container(), PthFile::Container::legacy);
    EXPECT_THAT(packedBytes(*file.root().tensor()),
                ::testing::ElementsAre(std::byte{'x'}, std::byte{'y'}, std::byte{'z'}));
    EXPECT_THAT(openingBytes(legacy(object, text("7"), rest + "!")), HasSubstr("1 bytes follow"));
    EXPECT_THAT(openingBytes(legacy(object, text("7"), rest.substr(0, 10))), HasSubstr("cut off: 1 bytes"));
    EXPECT_THAT(openingBytes(legacy(object, text("7"), "")), HasSubstr("cut off"));
    EXPECT_THAT(openingBytes(legacy(object, text("7"), raw(std::uint64_t{4}) + "xyz!")), HasSubstr("has 4 elements"));
    EXPECT_THAT(openingBytes(legacy(object, text("8"), rest)), HasSubstr("list of storages"));
    EXPECT_THAT(openingBytes(legacy(object, text("7") + text("7"), rest + rest)), HasSubstr("list of storages"));
    EXPECT_THAT(openingBytes(legacy(object, "", "")), HasSubstr("list of storages"));
    EXPECT_THAT(openingBytes(legacy(object, text("7"), rest, false)), HasSubstr("big-endian"));
    EXPECT_THAT(openingBytes(legacy(object, text("7"), rest, true, 1002)), HasSubstr("version 1001"));
    EXPECT_THAT(openingBytes(legacy(view(mark() + text("8") + integer(0) + integer(3) + tuple()), text("7"), rest)),
                HasSubstr("before 0.4"));
}

TEST(PthFile, LegacyFilesMayHoldStoragesOfOtherTypes) {
    const std::string object = tensor(storage("ShortStorage", "a", 2), 0, integers({2}), integers({1})) +
                               tensor(storage("ByteStorage", "b", 1), 0, integers({1}), integers({1})) + tuple2();
    const std::string rest = raw(std::uint64_t{2}) + "1234" + raw(std::uint64_t{1}) + "5";
    const ScratchFile scratch(legacy(object, text("a") + text("b"), rest));
    const PthFile file(scratch.path());
    EXPECT_EQ(packedBytes(*file.root().items()[1]->tensor())[0], std::byte{'5'});
    const std::string twice = raw(std::uint64_t{2}) + "1234" + raw(std::uint64_t{2}) + "5678";
    EXPECT_THAT(openingBytes(legacy(object, text("a") + text("a"), twice)), HasSubstr("list of storages"));
}

} // namespace
} // namespace dinoscope
