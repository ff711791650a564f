// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/idx_source.h"

#include "engine/data/memory_source.h"
#include "engine/data/open_source.h"
#include "engine/support/check.h"
#include "engine/support/random.h"
#include "tests/support/scratch_folder.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdio>
#include <fstream>

namespace dinoscope {
namespace {

using Bytes = std::vector<std::uint8_t>;
namespace fs = std::filesystem;

Bytes idxBytes(const std::vector<std::uint32_t>& dimensions, const Bytes& values) {
    Bytes bytes{0, 0, 8, static_cast<std::uint8_t>(dimensions.size())};
    for (std::uint32_t d : dimensions)
        for (int shift : {24, 16, 8, 0})
            bytes.push_back(static_cast<std::uint8_t>(d >> shift));
    bytes.insert(bytes.end(), values.begin(), values.end());
    return bytes;
}

Bytes noise(std::size_t count, std::uint64_t seed = 4) {
    RandomStream random(seed, 0, 0, 0, RandomPurpose::preview);
    Bytes bytes(count);
    for (auto& b : bytes)
        b = static_cast<std::uint8_t>(random.nextU32());
    return bytes;
}

void write(const fs::path& file, const Bytes& bytes) {
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

Bytes packed(const Bytes& bytes) {
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    Bytes out(deflateBound(&stream, bytes.size()) + 64);
    stream.next_in = const_cast<Bytef*>(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

/// The sentence with which reading fails, or "" if it does not.
std::string failure(const fs::path& file) {
    try {
        readIdx(file);
    } catch (const EngineError& error) {
        return error.what();
    }
    return {};
}

void expectSentence(const std::string& sentence, const fs::path& file, const std::string& part) {
    EXPECT_NE(sentence.find(file.string()), std::string::npos) << sentence;
    EXPECT_NE(sentence.find(part), std::string::npos) << sentence;
    EXPECT_NE(sentence.find("get the file again or choose another folder"), std::string::npos) << sentence;
}

TEST(Idx, ReadsPlainAndCompressedFiles) {
    const testing::ScratchFolder folder;
    const Bytes values = noise(3 * 4 * 5);
    const Bytes bytes = idxBytes({3, 4, 5}, values);
    write(folder / "plain", bytes);
    write(folder / "packed.gz", packed(bytes));
    for (const char* name : {"plain", "packed.gz"}) {
        const IdxArray array = readIdx(folder / name);
        EXPECT_EQ(array.dimensions, (std::vector<std::int64_t>{3, 4, 5}));
        EXPECT_EQ(array.values, values);
    }
}

TEST(Idx, ReadsMoreThanOnePieceOfMemory) {
    const testing::ScratchFolder folder;
    const Bytes values = noise(2500 * 30 * 40);
    write(folder / "big.gz", packed(idxBytes({2500, 30, 40}, values)));
    EXPECT_EQ(readIdx(folder / "big.gz").values, values);
}

TEST(Idx, EveryTruncationIsASentence) {
    const testing::ScratchFolder folder;
    const Bytes plain = idxBytes({3, 4, 5}, noise(60));
    const Bytes gzip = packed(plain);
    for (std::size_t length = 0; length < plain.size(); ++length) {
        write(folder / "cut", Bytes(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(length)));
        expectSentence(failure(folder / "cut"), folder / "cut", "");
    }
    for (std::size_t length = 0; length < gzip.size(); ++length) {
        write(folder / "cut.gz", Bytes(gzip.begin(), gzip.begin() + static_cast<std::ptrdiff_t>(length)));
        expectSentence(failure(folder / "cut.gz"), folder / "cut.gz", "");
    }
}

TEST(Idx, EveryFlippedByteOfACompressedFileIsFoundOrHarmless) {
    const testing::ScratchFolder folder;
    const Bytes values = noise(60);
    const Bytes gzip = packed(idxBytes({3, 4, 5}, values));
    for (std::size_t at = 0; at < gzip.size(); ++at)
        for (int bit = 0; bit < 8; ++bit) {
            Bytes flipped = gzip;
            flipped[at] = static_cast<std::uint8_t>(flipped[at] ^ (1 << bit));
            write(folder / "flip.gz", flipped);
            try {
                EXPECT_EQ(readIdx(folder / "flip.gz").values, values) << at;
            } catch (const EngineError& error) {
                EXPECT_NE(std::string(error.what()).find("flip.gz"), std::string::npos);
            }
        }
}

TEST(Idx, ForgedHeadersAreRefusedBeforeMemoryIsTaken) {
    const testing::ScratchFolder folder;
    const auto tryHeader = [&](const std::vector<std::uint32_t>& dimensions, const char* part) {
        write(folder / "forged", idxBytes(dimensions, noise(60)));
        expectSentence(failure(folder / "forged"), folder / "forged", part);
        write(folder / "forged.gz", packed(idxBytes(dimensions, noise(60))));
        expectSentence(failure(folder / "forged.gz"), folder / "forged.gz", "");
    };
    tryHeader({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, "in its header");
    tryHeader({60000, 28, 28}, "but 60 bytes follow");
    tryHeader({3, 4, 6}, "but 60 bytes follow");
    tryHeader({3, 4, 4}, "but 60 bytes follow");
    tryHeader({0, 4, 5}, "is empty");
    write(folder / "other", {0x89, 'P', 'N', 'G', 1, 2, 3, 4});
    expectSentence(failure(folder / "other"), folder / "other", "is not an IDX file");
    write(folder / "floats", {0, 0, 0x0d, 1, 0, 0, 0, 1, 0, 0, 0, 0});
    expectSentence(failure(folder / "floats"), folder / "floats", "IDX type 13");
    expectSentence(failure(folder / "absent"), folder / "absent", "does not exist");
    expectSentence(failure(folder.path()), folder.path(), "is not a file");
}

TEST(Idx, RandomBytesNeverCrash) {
    const testing::ScratchFolder folder;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        RandomStream random(seed, 1, 0, 0, RandomPurpose::preview);
        Bytes bytes = noise(random.below(200), seed);
        if (seed % 2 == 0 && bytes.size() > 8) {
            bytes[0] = bytes[1] = 0;
            bytes[2] = 8;
            bytes[3] = static_cast<std::uint8_t>(1 + random.below(4));
            bytes[4] = bytes[5] = bytes[6] = 0;
        }
        write(folder / "noise", seed % 4 < 2 ? bytes : packed(bytes));
        try {
            readIdx(folder / "noise");
        } catch (const EngineError&) {
        }
    }
}

void writeSet(const testing::ScratchFolder& folder, const std::string& part, std::uint32_t count,
              std::uint32_t labels) {
    write(folder / (part + "-images-idx3-ubyte"), idxBytes({count, 4, 5}, noise(count * 20)));
    Bytes values(labels);
    for (std::size_t i = 0; i < labels; ++i)
        values[i] = static_cast<std::uint8_t>(i % 3);
    write(folder / (part + "-labels-idx1-ubyte.gz"), packed(idxBytes({labels}, values)));
}

TEST(OpenSource, FindsTrainingAndTestPictures) {
    const testing::ScratchFolder folder;
    writeSet(folder, "train", 7, 7);
    EXPECT_EQ(openSource(folder.path()).test, nullptr);
    writeSet(folder, "t10k", 5, 5);
    const DataSets sets = openSource(folder.path());
    ASSERT_TRUE(sets.train && sets.test);
    EXPECT_EQ(sets.train->count(), 7);
    EXPECT_EQ(sets.test->count(), 5);
    EXPECT_EQ(sets.train->channels(), 1);
    EXPECT_EQ(sets.train->classNames(), (std::vector<std::string>{"class 0", "class 1", "class 2"}));
    EXPECT_EQ(sets.train->label(SampleIndex{4}), 1);
    EXPECT_EQ(sets.train->caption(SampleIndex{4}), "training pictures: picture 4 (class 1)");
    Image buffer;
    const PictureView view = sets.train->read(SampleIndex{6}, buffer);
    EXPECT_EQ(view.width, 5);
    EXPECT_EQ(view.height, 4);
    const Bytes all = noise(7 * 20);
    EXPECT_EQ(Bytes(view.pixels, view.pixels + 20), Bytes(all.end() - 20, all.end()));
    EXPECT_EQ(sets.train->image(SampleIndex{6}).pixels, Bytes(all.end() - 20, all.end()));
    EXPECT_THROW(sets.train->read(SampleIndex{7}, buffer), EngineError);
    EXPECT_NE(sets.train->fingerprint(), sets.test->fingerprint());
    EXPECT_EQ(sets.train->fingerprint(), openSource(folder / "train-images-idx3-ubyte").train->fingerprint());
}

std::string openFailure(const fs::path& path, const std::string& kind = "auto") {
    try {
        openSource(path, {kind});
    } catch (const EngineError& error) {
        return error.what();
    }
    return {};
}

TEST(OpenSource, SaysWhatIsWrong) {
    const testing::ScratchFolder folder;
    EXPECT_NE(openFailure(folder / "none").find("does not exist: check data.path"), std::string::npos);
    EXPECT_NE(openFailure(folder.path()).find("holds no picture"), std::string::npos);
    EXPECT_NE(openFailure(folder.path(), "zip").find("data.kind 'zip' is not known"), std::string::npos);
    EXPECT_NE(openFailure(folder.path(), "idx").find("holds no train-images-idx3-ubyte"), std::string::npos);
    writeSet(folder, "train", 7, 6);
    EXPECT_NE(openFailure(folder.path()).find("6 labels for 7 pictures"), std::string::npos);
    write(folder / "train-images-idx3-ubyte", idxBytes({2, 2, 2, 2}, noise(16)));
    EXPECT_NE(openFailure(folder.path()).find("2 channels"), std::string::npos);
    write(folder / "train-images-idx3-ubyte", idxBytes({2}, noise(2)));
    EXPECT_NE(openFailure(folder.path()).find("choose the file of pictures"), std::string::npos);
    write(folder / "train-images-idx3-ubyte", idxBytes({1, 1, 20000}, noise(20000)));
    EXPECT_NE(openFailure(folder.path()).find("largest side"), std::string::npos);
}

TEST(OpenSource, TakesColorPictures) {
    const testing::ScratchFolder folder;
    write(folder / "train-images-idx3-ubyte", idxBytes({2, 4, 5, 3}, noise(120)));
    const DataSets sets = openSource(folder.path());
    EXPECT_EQ(sets.train->channels(), 3);
    EXPECT_FALSE(sets.train->labelled());
    EXPECT_FALSE(sets.train->label(SampleIndex{0}));
}

TEST(OpenSource, KnowsFashionMnist) {
    const fs::path folder = "/usr/share/datasets/fashion-mnist";
    ASSERT_TRUE(fs::is_directory(folder)) << "install the Debian package dataset-fashion-mnist";
    const DataSets sets = openSource(folder);
    ASSERT_TRUE(sets.train && sets.test);
    EXPECT_EQ(sets.train->count(), 60000);
    EXPECT_EQ(sets.test->count(), 10000);
    ASSERT_EQ(sets.train->classNames().size(), 10u);
    EXPECT_EQ(sets.train->caption(SampleIndex{0}), "Fashion-MNIST, training pictures: picture 0 (Ankle boot)");
    EXPECT_EQ(sets.test->name(), "Fashion-MNIST, test pictures");
    EXPECT_EQ(sets.train->fingerprint().substr(0, 18), "idx:60000x28x28x1:");
}

TEST(MemorySource, ChecksWhatItIsGiven) {
    const Image picture{2, 2, 1, {1, 2, 3, 4}};
    EXPECT_THROW(MemorySource("x", {}), EngineError);
    EXPECT_THROW(MemorySource("x", {Image{2, 2, 1, {1, 2, 3}}}), EngineError);
    EXPECT_THROW(MemorySource("x", {picture, Image{1, 1, 3, {1, 2, 3}}}), EngineError);
    EXPECT_THROW(MemorySource("x", {picture}, {0}), EngineError);
    EXPECT_THROW(MemorySource("x", {picture}, {0, 0}, {"a"}), EngineError);
    const MemorySource source("x", {picture, picture}, {0, -1}, {"a"});
    EXPECT_EQ(source.label(SampleIndex{0}), 0);
    EXPECT_FALSE(source.label(SampleIndex{1}));
}

} // namespace
} // namespace dinoscope
