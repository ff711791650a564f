// SPDX-License-Identifier: GPL-3.0-or-later
// The ZIP layer alone: what it reads and every lie that it notices.
#include "engine/formats/zip_archive.h"

#include "tests/formats/parsed_pickle.h"
#include "tests/formats/zip_writer.h"

#include <gmock/gmock.h>

namespace dinoscope {
namespace {

using ::testing::HasSubstr;
using testing::zipArchive;
using testing::ZipForm;
using testing::ZipPart;

/// An archive in memory.
struct Opened {
    explicit Opened(std::string content, std::uint64_t budgetBytes = 1 << 20)
        : bytes(std::move(content)), reader(std::as_bytes(std::span(bytes))), budget(name, budgetBytes),
          archive(reader, name, budget) {}

    std::string read(std::string_view record) const {
        const ZipRecord* found = archive.find(record);
        if (!found)
            return "(missing)";
        const ByteBuffer buffer = archive.read(*found);
        return {reinterpret_cast<const char*>(buffer.data.get()), buffer.size};
    }

    std::string bytes;
    std::string name = "test.zip";
    MemoryReader reader;
    MemoryBudget budget;
    ZipArchive archive;
};

ZipPart part(const std::string& name, const std::string& bytes) {
    ZipPart made;
    made.name = name;
    made.bytes = bytes;
    return made;
}

const std::vector<ZipPart> kTwo{part("a/x", "hello"), part("a/y", std::string(1000, 'z'))};

std::string refusal(const std::string& bytes, std::string_view record = {}) {
    return refusalOf([&] {
        const Opened opened(bytes);
        if (!record.empty())
            opened.read(record);
    });
}

TEST(ZipArchive, ReadsRecords) {
    const Opened opened(zipArchive(kTwo));
    EXPECT_EQ(opened.archive.records().size(), 2u);
    EXPECT_EQ(opened.read("a/x"), "hello");
    EXPECT_EQ(opened.read("a/y"), std::string(1000, 'z'));
    EXPECT_EQ(opened.archive.find("a/z"), nullptr);
    EXPECT_EQ(opened.archive.find("a/"), nullptr);
}

TEST(ZipArchive, ReadsEveryFormOfTheEnd) {
    for (const bool largeEnd : {false, true})
        for (const std::string& comment : {std::string(), std::string("a comment"), std::string(65'535, 'c')}) {
            ZipForm form;
            form.largeEnd = largeEnd;
            form.comment = comment;
            EXPECT_EQ(Opened(zipArchive(kTwo, form)).read("a/x"), "hello") << largeEnd << comment.size();
        }
    ZipForm elsewhere;
    elsewhere.elsewhere = true;
    EXPECT_EQ(Opened(zipArchive(kTwo, elsewhere)).read("a/x"), "hello");
    elsewhere.largeEnd = false;
    EXPECT_THAT(refusal(zipArchive(kTwo, elsewhere)), HasSubstr("central directory ends"));
}

TEST(ZipArchive, ReadsLargeSizesPaddingAndEmptyRecords) {
    std::vector<ZipPart> parts = kTwo;
    parts[0].largeSizes = true;
    parts[1].localExtra = 61;
    parts.push_back(part("a/empty", ""));
    const Opened opened(zipArchive(parts));
    EXPECT_EQ(opened.read("a/x"), "hello");
    EXPECT_EQ(opened.read("a/y").size(), 1000u);
    EXPECT_EQ(opened.read("a/empty"), "");
}

TEST(ZipArchive, NoticesEveryChangedByteOfARecord) {
    std::string bytes = zipArchive(kTwo);
    const std::size_t place = bytes.find("hello");
    for (std::size_t i = 0; i < 5; ++i)
        for (int bit = 0; bit < 8; ++bit) {
            std::string changed = bytes;
            changed[place + i] = static_cast<char>(changed[place + i] ^ (1 << bit));
            EXPECT_THAT(refusal(changed, "a/x"), HasSubstr("checksum"));
            EXPECT_EQ(refusal(changed, "a/y"), "");
        }
}

TEST(ZipArchive, AChecksumOfZeroWasNotComputed) {
    std::vector<ZipPart> parts = kTwo;
    parts[0].checksum = false;
    EXPECT_EQ(Opened(zipArchive(parts)).read("a/x"), "hello");
}

TEST(ZipArchive, EveryTruncationIsNoticed) {
    const std::string whole = zipArchive(kTwo);
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_NE(refusal(whole.substr(0, size)), "") << size;
    EXPECT_THAT(refusal(whole.substr(0, whole.size() - 1)), HasSubstr("its central directory is missing"));
}

TEST(ZipArchive, EveryFlippedBitEndsInASentenceOrTheSameBytes) {
    const std::string whole = zipArchive(kTwo);
    std::size_t refused = 0;
    for (std::size_t place = 0; place < whole.size(); ++place)
        for (int bit = 0; bit < 8; ++bit) {
            std::string changed = whole;
            changed[place] = static_cast<char>(changed[place] ^ (1 << bit));
            const std::string sentence = refusalOf([&] {
                const Opened opened(changed);
                const std::string x = opened.read("a/x");
                const std::string y = opened.read("a/y");
                // A flip in a name hides the record; a flip in a checksum or a byte is always noticed.
                EXPECT_TRUE(x == "hello" || x == "(missing)") << place;
                EXPECT_TRUE(y == std::string(1000, 'z') || y == "(missing)") << place;
            });
            refused += !sentence.empty();
        }
    EXPECT_GT(refused, 1005u * 8);
}

TEST(ZipArchive, RefusesCompressedAndEncryptedRecords) {
    std::vector<ZipPart> parts = kTwo;
    parts[0].method = 8;
    EXPECT_THAT(refusal(zipArchive(parts), "a/x"), HasSubstr("compressed record 'a/x'"));
    EXPECT_EQ(refusal(zipArchive(parts), "a/y"), "");
    parts[0].method = 0;
    parts[0].flags = 1;
    EXPECT_THAT(refusal(zipArchive(parts), "a/x"), HasSubstr("encrypted"));
}

TEST(ZipArchive, RefusesTwoMeanings) {
    std::vector<ZipPart> parts = kTwo;
    parts[0].localName = "a/q";
    EXPECT_THAT(refusal(zipArchive(parts), "a/x"), HasSubstr("before its bytes"));
    parts = kTwo;
    parts[1].name = "a/x";
    EXPECT_THAT(refusal(zipArchive(parts)), HasSubstr("two records of the name 'a/x'"));
}

/// Changes the number at `offset` behind the last occurrence of `mark`.
template <class T> std::string with(std::string bytes, const std::string& mark, std::size_t offset, T value) {
    const std::size_t place = bytes.rfind(mark) + offset;
    return bytes.replace(place, sizeof value, pickle::raw(value));
}

TEST(ZipArchive, RefusesOverlappingRecords) {
    const std::string whole = zipArchive(kTwo);
    const std::string entry = "PK\1\2"; // the last one is a/y
    // Its local header lies where a/x begins, or its bytes reach into the directory.
    EXPECT_NE(refusal(with(whole, entry, 42, std::uint32_t{0}), "a/x"), "");
    const std::string longer = with(with(whole, entry, 20, std::uint32_t{1001}), entry, 24, std::uint32_t{1001});
    EXPECT_THAT(refusal(longer, "a/y"), HasSubstr("overlap"));
    const std::string huge = with(with(whole, entry, 20, 0xfffffffeu), entry, 24, 0xfffffffeu);
    EXPECT_THAT(refusal(huge, "a/y"), HasSubstr("overlap"));
    EXPECT_THAT(refusal(with(whole, entry, 24, std::uint32_t{999}), "a/y"), HasSubstr("two sizes"));
    EXPECT_NE(refusal(with(whole, entry, 42, 0xfffffff0u)), "");
    EXPECT_THAT(refusal(with(whole, entry, 42, 0xffffffffu)), HasSubstr("lacks the size"));
}

TEST(ZipArchive, RefusesCountsThatDoNotFit) {
    ZipForm plain;
    plain.largeEnd = false;
    const std::string whole = zipArchive(kTwo, plain);
    const std::string end = "PK\5\6";
    EXPECT_THAT(refusal(with(whole, end, 10, std::uint16_t{3})), HasSubstr("3 records"));
    EXPECT_THAT(refusal(with(whole, end, 10, std::uint16_t{1})), HasSubstr("more in its central directory"));
    EXPECT_THAT(refusal(with(whole, end, 12, std::uint32_t{5000})), HasSubstr("begins"));
    EXPECT_THAT(refusal(with(whole, end, 16, std::uint32_t{0})), HasSubstr("begins"));
    EXPECT_THAT(refusal(with(whole, end, 4, std::uint16_t{1})), HasSubstr("several files"));
    ZipForm form;
    form.elsewhere = true;
    const std::string large = zipArchive(kTwo, form);
    EXPECT_THAT(refusal(with(large, "PK\6\6", 32, ~std::uint64_t{0})), HasSubstr("records"));
    EXPECT_THAT(refusal(with(large, "PK\6\6", 40, ~std::uint64_t{0})), HasSubstr("begins"));
    EXPECT_THAT(refusal(with(large, "PK\6\7", 8, ~std::uint64_t{0})), HasSubstr("ends"));
}

TEST(ZipArchive, ChargesItsDirectory) {
    std::vector<ZipPart> parts;
    for (int i = 0; i < 2000; ++i)
        parts.push_back(part(std::to_string(i), ""));
    const std::string bytes = zipArchive(parts);
    EXPECT_EQ(refusalOf([&] { Opened opened(bytes); }), "");
    EXPECT_THAT(refusalOf([&] { Opened opened(bytes, 10'000); }), HasSubstr("more small values"));
}

} // namespace
} // namespace dinoscope
