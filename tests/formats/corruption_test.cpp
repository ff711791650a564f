// SPDX-License-Identifier: GPL-3.0-or-later
// The three official files cut off and with single bits flipped: each ends in a sentence or a load, and memory stays
// within twice the file and 16 MiB. A sample in the test command; everything when DINOSCOPE_CORRUPTION is "all" (see
// corrupt_everything), where figures are printed too.
#include "engine/formats/pth_content.h"
#include "engine/support/random.h"
#include "tests/formats/corrupted_file.h"
#include "tests/formats/parsed_pickle.h"
#include "tests/formats/zip_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace dinoscope {
namespace {

using testing::CorruptedFile;
using testing::Outcome;
using testing::readInAChild;
using End = Outcome::End;

constexpr std::uint64_t kSpareBytes = 16 << 20;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMemoryIsOurs = false; // a sanitizer holds freed memory back and shadows the rest
constexpr std::size_t kCuts = 40;
constexpr std::size_t kFlips = 60;
#else
constexpr bool kMemoryIsOurs = true;
constexpr std::size_t kCuts = 200;
constexpr std::size_t kFlips = 500;
#endif

bool everything() {
    const char* wanted = std::getenv("DINOSCOPE_CORRUPTION");
    return wanted && std::string(wanted) == "all";
}

/// Counts outcomes and checks what holds for each.
class Tally {
public:
    void take(const Outcome& outcome, std::uint64_t fileBytes, const std::string& what) {
        ++ends_[static_cast<std::size_t>(outcome.end)];
        EXPECT_TRUE(outcome.end == End::loaded || outcome.end == End::refused)
            << what << " ended in state " << static_cast<int>(outcome.end);
        if (!kMemoryIsOurs)
            return;
        EXPECT_LE(outcome.peakBytes, 2 * fileBytes + kSpareBytes) << what;
        if (outcome.peakBytes > 2 * fileBytes)
            highest_ = std::max(highest_, outcome.peakBytes - 2 * fileBytes);
    }
    std::size_t count(End end) const { return ends_[static_cast<std::size_t>(end)]; }
    void print(const char* file, const char* what) const {
        if (everything())
            std::printf("%s, %s: %zu loaded, %zu refused, %zu without a sentence, %zu died, %zu hung; memory at most "
                        "twice the file and %.2f MiB\n",
                        file, what, ends_[0], ends_[1], ends_[2], ends_[3], ends_[4],
                        static_cast<double>(highest_) / (1 << 20));
    }

private:
    std::array<std::size_t, 5> ends_{};
    std::uint64_t highest_ = 0;
};

class OfficialFile : public ::testing::TestWithParam<const char*> {
protected:
    OfficialFile() : bytes(testing::fileBytes(testing::referenceFile(std::string("vit-adamw/") + GetParam()))) {}
    std::string bytes;
};

INSTANTIATE_TEST_SUITE_P(Files, OfficialFile,
                         ::testing::Values("checkpoint.pth", "checkpoint_legacy.pth", "backbone_only.pth"),
                         [](const auto& parameter) {
                             const std::string name = parameter.param;
                             return name.substr(0, name.find('.'));
                         });

TEST_P(OfficialFile, CutOffAnywhereIsRefused) {
    constexpr std::uint64_t kStep = 64;
    CorruptedFile file(bytes);
    const std::uint64_t cuts = (bytes.size() + kStep - 1) / kStep;
    const std::uint64_t stride = everything() ? 1 : std::max<std::uint64_t>(1, cuts / kCuts);
    Tally tally;
    for (std::uint64_t cut = cuts; cut-- > 0;) {
        if (cut % stride != 0 && cuts - cut > 8) // the last ones all, since the directory stands there
            continue;
        file.truncate(cut * kStep);
        tally.take(readInAChild(file.path()), file.size(), "cut to " + std::to_string(file.size()) + " bytes");
    }
    EXPECT_EQ(tally.count(End::loaded), 0u);
    EXPECT_GE(tally.count(End::refused), std::min<std::size_t>(kCuts, 40));
    tally.print(GetParam(), "truncations");
}

using Ranges = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

bool liesWithin(const Ranges& ranges, std::uint64_t place) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](const auto& range) { return place >= range.first && place < range.second; });
}

/// Where the bytes of data/N and data.pkl lie; nothing for the container without checksums.
Ranges payload(const std::string& bytes) {
    Ranges ranges;
    if (!bytes.starts_with("PK"))
        return ranges;
    const std::string name = "the file";
    MemoryReader reader(std::as_bytes(std::span(bytes)));
    MemoryBudget budget(name, bytes.size());
    const ZipArchive archive(reader, name, budget);
    for (const ZipRecord& record : archive.records()) {
        const std::string_view path = archive.name(record);
        if (path.find("/data/") == path.npos && !path.ends_with("/data.pkl"))
            continue;
        std::uint16_t nameBytes = 0, extraBytes = 0;
        std::memcpy(&nameBytes, bytes.data() + record.start + 26, 2);
        std::memcpy(&extraBytes, bytes.data() + record.start + 28, 2);
        const std::uint64_t start = record.start + 30 + nameBytes + extraBytes;
        ranges.emplace_back(start, start + record.size);
    }
    return ranges;
}

TEST_P(OfficialFile, FlippedBitsAreNoticedOrHarmless) {
    const auto ranges = payload(bytes);
    const std::size_t flips = everything() ? 5000 : kFlips;
    const CorruptedFile file(bytes);
    const Outcome whole = readInAChild(file.path());
    ASSERT_EQ(whole.end, End::loaded);
    RandomStream random(11, 0, 0, 0, RandomPurpose::preview);
    Tally tally;
    std::size_t inPayload = 0, changed = 0;
    for (std::size_t i = 0; i < flips; ++i) {
        const std::uint64_t place = random.below(static_cast<std::uint32_t>(bytes.size()));
        const int bit = static_cast<int>(random.below(8));
        const std::string what = "bit " + std::to_string(bit) + " of byte " + std::to_string(place);
        file.flip(place, bit);
        const Outcome outcome = readInAChild(file.path());
        file.flip(place, bit);
        tally.take(outcome, bytes.size(), what);
        if (liesWithin(ranges, place)) {
            ++inPayload;
            EXPECT_EQ(outcome.end, End::refused) << what << " lies in a record with a checksum";
        }
        changed += outcome.end == End::loaded && outcome.digest != whole.digest;
    }
    if (!ranges.empty()) {
        EXPECT_GT(inPayload, flips / 2);
        EXPECT_EQ(changed, 0u) << "tensors changed without a word";
    }
    EXPECT_EQ(readInAChild(file.path()).digest, whole.digest);
    tally.print(GetParam(), "flips");
    if (everything())
        std::printf("%s: %zu flips in records with a checksum, %zu loads with other tensors\n", GetParam(), inPayload,
                    changed);
}

std::string repeated(const std::string& part, std::size_t count) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i)
        all += part;
    return all;
}

/// Files made to take memory: few bytes that ask for many values, records or copies.
TEST(CraftedFile, StaysWithinItsMemory) {
    using namespace pickle;
    const std::size_t count = 3'000'000;
    const std::string high = text(repeated("\xc3\xbf", 1'000'000)) + put(0) + text("latin1") + tuple2() + put(1);
    const std::string encode = global("_codecs", "encode") + put(2) + get(1) + reduce();
    std::vector<std::string> pickles{
        repeated(none(), count),
        repeated(emptyList(), count),
        repeated(emptyDict(), count),
        repeated(emptyTuple() + tuple1(), count / 2),
        repeated(mark(), count),
        mark() + repeated(op('K', "\x05"), count / 2) + tuple(),
        emptyDict() + mark() + repeated(none() + none(), count / 2) + setItems(),
        emptyList() + repeated(none() + append(), count / 2),
        repeated(global("a", "b") + emptyTuple() + reduce(), count / 6),
        none() + repeated(text(""), count / 5),
        text(std::string(count, 'x')) + longPut(count),
        high + encode + repeated(get(2) + get(1) + reduce(), 100'000),
    };
    std::vector<std::string> files;
    for (const std::string& opcodes : pickles) {
        files.push_back(testing::zipArchive(testing::pthParts(start() + opcodes)));
        files.push_back(std::string(reinterpret_cast<const char*>(kLegacyMagic), sizeof kLegacyMagic) + start() +
                        opcodes);
    }
    std::vector<testing::ZipPart> parts(60'000);
    for (std::size_t i = 0; i < parts.size(); ++i)
        parts[i].name = std::to_string(i);
    files.push_back(testing::zipArchive(parts));
    pickles.clear();
    Tally tally;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const CorruptedFile file(files[i]);
        tally.take(readInAChild(file.path()), file.size(), "crafted file " + std::to_string(i));
    }
    EXPECT_EQ(tally.count(End::refused), files.size());
    tally.print("crafted files", "all");
}

} // namespace
} // namespace dinoscope
