// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/event_file.h"
#include "engine/formats/npy_file.h"
#include "engine/formats/onnx_file.h"
#include "engine/formats/png_file.h"
#include "engine/formats/proto_wire.h"
#include "engine/formats/pth_file.h"
#include "engine/formats/pth_writer.h"
#include "engine/formats/stored_tensor.h"
#include "engine/support/check.h"
#include "tests/formats/scratch_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace dinoscope {
namespace {

using testing::fileBytes;
using testing::ScratchFile;

template <class T>
TensorView viewOf(const std::string& name, ElementType type, std::vector<std::int64_t> shape,
                  const std::vector<T>& values) {
    return {name, type, std::move(shape), std::as_bytes(std::span(values))};
}

void rewrite(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

const StoredTensor& tensorAt(const PickleValue& root, std::string_view key) {
    const PickleValue* value = root.find(key);
    if (!value || !value->tensor())
        throw std::runtime_error("no tensor " + std::string(key));
    return *value->tensor();
}

TEST(PthWriter, WhatIsWrittenIsReadBitForBit) {
    const std::vector<float> numbers{1.5f, -0.0f, std::numeric_limits<float>::quiet_NaN(), 3e-40f, 5, 6};
    const std::vector<std::int64_t> counts{std::numeric_limits<std::int64_t>::min(), 7};
    const std::vector<std::int64_t> one{9};
    const std::vector<float> none;
    const PthMap inner{{std::int64_t{0}, "zero"}, {std::int64_t{-5}, PthValue()}};
    const PthMap root{{"w", viewOf("w", ElementType::f32, {2, 3}, numbers)},
                      {"again", viewOf("again", ElementType::f32, {6}, numbers)},
                      {"counts", viewOf("counts", ElementType::i64, {2}, counts)},
                      {"scalar", viewOf("scalar", ElementType::i64, {}, one)},
                      {"none", viewOf("none", ElementType::f32, {0, 4}, none)},
                      {"inner", inner},
                      {"list", PthList{true, false, 0.1, std::int64_t{1} << 40, "text \xc3\xa4"}}};
    const ScratchFile scratch;
    writePth(scratch.path(), PthValue(root));
    const PthFile file(scratch.path());
    EXPECT_EQ(file.container(), PthFile::Container::zip);
    EXPECT_TRUE(file.unknownGlobals().empty());
    const StoredTensor& w = tensorAt(file.root(), "w");
    EXPECT_EQ(w.shape, (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(w.strides, (std::vector<std::int64_t>{3, 1}));
    const auto bytes = packedBytes(w);
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), std::as_bytes(std::span(numbers)).begin()));
    EXPECT_EQ(tensorAt(file.root(), "again").storage.data(), w.storage.data()) << "one storage for the same bytes";
    EXPECT_EQ(packedBytes(tensorAt(file.root(), "counts")).size(), 16U);
    EXPECT_TRUE(tensorAt(file.root(), "scalar").shape.empty());
    EXPECT_EQ(tensorAt(file.root(), "none").elements(), 0);
    const PickleValue* map = file.root().find("inner");
    ASSERT_TRUE(map && map->map());
    EXPECT_EQ(map->map()->find(std::int64_t{0})->text(), "zero");
    const auto& list = file.root().find("list")->items();
    ASSERT_EQ(list.size(), 5U);
    EXPECT_EQ(list[0]->boolean(), true);
    EXPECT_EQ(list[2]->real(), 0.1);
    EXPECT_EQ(list[3]->integer(), std::int64_t{1} << 40);
    EXPECT_EQ(list[4]->text(), "text \xc3\xa4");
}

TEST(PthWriter, RecordsBeginWhereTheyCanBeMapped) {
    const std::vector<float> numbers(100, 0.25f), others(7, 0.5f);
    const ScratchFile scratch;
    writePth(scratch.path(), PthValue(PthMap{{"a", viewOf("a", ElementType::f32, {100}, numbers)},
                                             {"b", viewOf("b", ElementType::f32, {7}, others)}}));
    const std::string bytes = fileBytes(scratch.path());
    for (const auto* values : {&numbers, &others}) {
        const std::string content(reinterpret_cast<const char*>(values->data()), values->size() * sizeof(float));
        EXPECT_EQ(bytes.find(content) % 64, 0U);
    }
}

TEST(PthWriter, RefusesBytesThatDoNotMatchTheShape) {
    const std::vector<float> numbers(5);
    const ScratchFile scratch;
    EXPECT_THROW(writePth(scratch.path(), PthValue(viewOf("w", ElementType::f32, {2, 3}, numbers))), EngineError);
}

TEST(ProtoWire, HasTheBytesOfTheSpecification) {
    ProtoMessage inner, message;
    inner.number(1, 150);
    message.message(3, std::move(inner));
    message.text(2, "testing");
    EXPECT_EQ(message.string(), std::string("\x1a\x03\x08\x96\x01\x12\x07testing"));
    EXPECT_EQ(message.size(), message.string().size());
}

TEST(ProtoWire, EveryCutEndsInASentence) {
    ProtoMessage message;
    message.number(1, 1u << 20);
    message.real(2, 1.5);
    message.real(3, 2.5f);
    message.text(4, "abc");
    const std::string bytes = message.string(), path = "some.onnx";
    const auto readAll = [&](std::size_t length) {
        int fields = 0;
        for (ProtoReader in(std::as_bytes(std::span(bytes.data(), length)), path); in.next();)
            ++fields;
        return fields;
    };
    EXPECT_EQ(readAll(bytes.size()), 4);
    int failures = 0;
    for (std::size_t length = 0; length < bytes.size(); ++length)
        try {
            EXPECT_LT(readAll(length), 4);
        } catch (const EngineError& error) {
            EXPECT_NE(error.error().message.find(path), std::string::npos);
            ++failures;
        }
    EXPECT_EQ(failures, static_cast<int>(bytes.size()) - 4)
        << "all but the ends of the four fields, the empty one among them";
}

OnnxGraph smallGraph(const std::vector<float>& weights, const std::vector<std::int64_t>& shape) {
    OnnxGraph graph;
    graph.name = "small";
    graph.nodes = {{"MatMul", {"x", "w"}, {"y"}, {}},
                   {"Resize",
                    {"y", "", "s"},
                    {"z"},
                    {{"mode", std::string("cubic")},
                     {"a", -0.75f},
                     {"n", std::int64_t{-1}},
                     {"p", std::vector<std::int64_t>{1, 2}}}}};
    graph.initializers = {viewOf("w", ElementType::f32, {2, 3}, weights), viewOf("s", ElementType::i64, {2}, shape)};
    graph.inputs = {{"x", {std::string("batch"), std::int64_t{2}}}};
    graph.outputs = {{"z", {std::string("batch"), std::int64_t{3}}}};
    graph.metadata = {{"what", "a test"}};
    return graph;
}

TEST(OnnxFile, WhatIsWrittenIsRead) {
    const std::vector<float> weights{1, 2, 3, 4, 5, 6};
    const std::vector<std::int64_t> shape{4, -1};
    const OnnxGraph graph = smallGraph(weights, shape);
    const ScratchFile scratch({}, "small.onnx");
    writeOnnx(scratch.path(), graph);
    const OnnxGraph found = readOnnx(scratch.path());
    EXPECT_EQ(found.name, "small");
    ASSERT_EQ(found.nodes.size(), 2U);
    EXPECT_EQ(found.nodes[1].op, "Resize");
    EXPECT_EQ(found.nodes[1].inputs, (std::vector<std::string>{"y", "", "s"}));
    EXPECT_EQ(found.nodes[1].attributes, graph.nodes[1].attributes);
    ASSERT_EQ(found.initializers.size(), 2U);
    EXPECT_TRUE(std::equal(found.initializers[0].bytes.begin(), found.initializers[0].bytes.end(),
                           graph.initializers[0].bytes.begin()));
    EXPECT_EQ(found.initializers[1].type, ElementType::i64);
    EXPECT_EQ(found.inputs[0].shape, graph.inputs[0].shape);
    EXPECT_EQ(found.outputs[0].name, "z");
    EXPECT_EQ(found.metadata, graph.metadata);
}

TEST(OnnxFile, NoCutOfAFileIsTakenForTheWhole) {
    const std::vector<float> weights{1, 2, 3, 4, 5, 6};
    const std::vector<std::int64_t> shape{4, -1};
    const ScratchFile scratch({}, "small.onnx");
    writeOnnx(scratch.path(), smallGraph(weights, shape));
    const std::string whole = fileBytes(scratch.path());
    for (std::size_t length = 0; length < whole.size(); ++length) {
        rewrite(scratch.path(), whole.substr(0, length));
        try {
            const OnnxGraph found = readOnnx(scratch.path());
            EXPECT_TRUE(found.metadata.empty()) << "what comes last is missing";
        } catch (const EngineError& error) {
            EXPECT_EQ(error.error().code, ErrorCode::badInput);
        }
    }
}

TEST(NpyFile, HasNumPysHeaderAndReadsBack) {
    const std::vector<float> values{1, 2, 3, 4, 5, 6};
    const ScratchFile scratch({}, "array.npy");
    writeNpy(scratch.path(), viewOf("", ElementType::f32, {2, 3}, values));
    const std::string bytes = fileBytes(scratch.path());
    EXPECT_EQ(bytes.substr(0, 8), std::string("\x93NUMPY\x01\x00", 8));
    EXPECT_EQ((bytes.size() - 24) % 64, 0U) << "the data begin at a multiple of 64";
    EXPECT_NE(bytes.find("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, ), }"), std::string::npos);
    const NpyArray found = readNpy(scratch.path());
    EXPECT_EQ(found.view.shape, (std::vector<std::int64_t>{2, 3}));
    EXPECT_TRUE(std::equal(found.view.bytes.begin(), found.view.bytes.end(), std::as_bytes(std::span(values)).begin()));
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        rewrite(scratch.path(), bytes.substr(0, length));
        EXPECT_THROW(readNpy(scratch.path()), EngineError) << length;
    }
}

TEST(EventFile, ChecksumsAreThoseOfTensorBoard) {
    const std::uint32_t raw = 0x8a9136aa; // of 32 zeros (RFC 3720, B.4)
    EXPECT_EQ(maskedChecksum(std::string(32, '\0')), (raw >> 15 | raw << 17) + 0xa282ead8);
}

TEST(EventFile, WhatIsWrittenIsReadAndEveryFlippedByteIsNoticed) {
    const ScratchFile scratch({}, "events");
    const std::string bytes = eventFileHeader(1000) + eventRecord({1001.5, 3, "Loss/loss", 2.25f}) +
                              eventRecord({1002, 1ll << 40, "Health/norm", -0.5f});
    rewrite(scratch.path(), bytes);
    const std::vector<EventScalar> found = readEvents(scratch.path());
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].tag, "Loss/loss");
    EXPECT_EQ(found[0].wallTime, 1001.5);
    EXPECT_EQ(found[0].value, 2.25f);
    EXPECT_EQ(found[1].step, 1ll << 40);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        std::string flipped = bytes;
        flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
        rewrite(scratch.path(), flipped);
        EXPECT_THROW(readEvents(scratch.path()), EngineError) << i;
    }
}

TEST(PngFile, IsWrittenAndComparedInGreyAndColour) {
    for (const int channels : {1, 3}) {
        Image image{5, 4, channels, {}};
        for (int i = 0; i < 5 * 4 * channels; ++i)
            image.pixels.push_back(static_cast<std::uint8_t>(11 * i));
        const ScratchFile scratch({}, "picture.png");
        writePng(scratch.path(), image);
        EXPECT_EQ(fileBytes(scratch.path()).substr(1, 3), "PNG");
    }
    EXPECT_THROW(writePng("/nowhere/picture.png", Image{1, 1, 1, {0}}), EngineError);
}

} // namespace
} // namespace dinoscope
