// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/cached_source.h"

#include "engine/data/loader.h"
#include "engine/data/memory_source.h"
#include "engine/data/open_source.h"
#include "engine/support/check.h"
#include "tests/data/picture_files.h"
#include "tests/support/scratch_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace dinoscope {
namespace {

using testing::ScratchFolder;
using testing::writePicture;

constexpr std::int64_t kPictures = 12, kPlenty = 1 << 30;

class CachedSources : public ::testing::Test {
protected:
    CachedSources() {
        for (int i = 0; i < kPictures; ++i) {
            const char* ending = i % 4 == 3 ? ".png" : ".jpg";
            writePicture(folder_ / ("a" + std::to_string(i) + ending), 200 + 10 * i, 160, i);
        }
        source_ = openSource(folder_.path()).train;
        for (std::int64_t i = 0; i < kPictures; ++i)
            fileBytes_ += static_cast<std::int64_t>(source_->storedPicture(SampleIndex{i}).size());
    }

    /// Three epochs.
    std::vector<std::vector<float>> batches(const ImageSourcePtr& source, const char* mode, int threads = 1) const {
        AugmentOptions options;
        options.globalSize = 32;
        options.localSize = 12;
        options.localCrops = 2;
        options.localScaleMin = 0.1;
        options.mode = mode;
        LoaderSetup setup;
        setup.seed = 5;
        setup.batchSize = 4;
        setup.threads = threads;
        Loader loader(source, options, setup);
        std::vector<std::vector<float>> all;
        for (int i = 0; i < 9; ++i)
            all.push_back(loader.next()->values);
        return all;
    }

    ScratchFolder folder_;
    ImageSourcePtr source_;
    std::int64_t fileBytes_ = 0;
};

TEST_F(CachedSources, ChangeNoBatchWhateverTheyKeep) {
    for (const char* mode : {"exact", "fast"}) {
        const auto expected = batches(source_, mode);
        for (const std::int64_t budget : {std::int64_t{1}, fileBytes_ / 2, fileBytes_ + 300'000, kPlenty})
            for (const int threads : {1, 3}) {
                const ImageSourcePtr source = cached(source_, budget);
                EXPECT_EQ(batches(source, mode, threads), expected) << mode << " " << budget;
                const CacheState state = source->cacheState().value();
                EXPECT_LE(state.bytes(), budget);
                EXPECT_EQ(state.budget, budget);
                if (threads == 1 && mode == std::string("exact")) { // else two threads may read one file
                    EXPECT_EQ(state.misses == kPictures, budget > fileBytes_) << budget;
                }
            }
    }
}

TEST_F(CachedSources, KeepFilesFirstThenPicturesInTheirPlace) {
    const ImageSourcePtr small = cached(source_, fileBytes_ / 2), enough = cached(source_, fileBytes_),
                         large = cached(source_, kPlenty);
    for (const ImageSourcePtr& source : {small, enough, large})
        batches(source, "exact");
    EXPECT_GT(small->cacheState()->storedPictures, 0);
    EXPECT_LT(small->cacheState()->storedPictures, kPictures);
    EXPECT_EQ(small->cacheState()->decodedPictures, 0);
    EXPECT_EQ(enough->cacheState()->storedPictures, kPictures);
    EXPECT_EQ(enough->cacheState()->storedBytes, fileBytes_);
    EXPECT_EQ(large->cacheState()->decodedPictures, kPictures);
    EXPECT_EQ(large->cacheState()->storedBytes, 0);
    std::int64_t pixels = 0;
    for (int i = 0; i < kPictures; ++i)
        pixels += 3 * (200 + 10 * i) * 160;
    EXPECT_EQ(large->cacheState()->decodedBytes, pixels);
    EXPECT_GE(large->cacheState()->decodedHits, kPictures);
    EXPECT_EQ(large->cacheState()->misses, kPictures);
    EXPECT_EQ(large->cacheState()->readBytes, fileBytes_);
}

TEST_F(CachedSources, GoOnWithoutTheFolder) {
    const auto expected = batches(source_, "exact");
    const ImageSourcePtr source = cached(source_, kPlenty);
    EXPECT_EQ(batches(source, "exact"), expected);
    std::filesystem::remove_all(folder_.path());
    EXPECT_THROW(source_->image(SampleIndex{0}), EngineError);
    EXPECT_EQ(batches(source, "exact"), expected);
}

TEST_F(CachedSources, AGlanceKeepsAndCountsNothing) {
    const auto smaller = [](PictureSize) { return 2; };
    const auto glance = [&](const ImageSource& source, std::int64_t index) {
        Image buffer;
        const PictureView view = source.glance(SampleIndex{index}, buffer, smaller);
        return std::vector<std::uint8_t>(view.pixels, view.pixels + view.width * view.height * view.channels);
    };
    const ImageSourcePtr source = cached(source_, kPlenty);
    const std::vector<std::uint8_t> half = glance(*source_, 0);
    EXPECT_EQ(half.size(), 3U * 100 * 80);
    EXPECT_EQ(glance(*source, 0), half);
    EXPECT_EQ(source->cacheState()->misses, 0);
    EXPECT_EQ(source->cacheState()->bytes(), 0);
    source->image(SampleIndex{0});
    std::filesystem::remove_all(folder_.path());
    EXPECT_EQ(glance(*source, 0), half) << "from the file in memory";
    EXPECT_EQ(source->cacheState()->misses, 1);
    EXPECT_EQ(source->cacheState()->hits(), 0);
    EXPECT_EQ(source->cacheState()->readBytes, source->cacheState()->storedBytes);
}

TEST_F(CachedSources, AChangeOfModeReadsAgainWhatIsNeeded) {
    const ImageSourcePtr source = cached(source_, kPlenty);
    for (const char* mode : {"fast", "exact", "fast"})
        EXPECT_EQ(batches(source, mode), batches(source_, mode)) << mode;
}

TEST_F(CachedSources, ForgetWhatCannotBeReadAndSayWhy) {
    writePicture(folder_ / "b.jpg");
    std::filesystem::resize_file(folder_ / "b.jpg", 40);
    const ImageSourcePtr plain = openSource(folder_.path()).train, source = cached(plain, kPlenty);
    for (int round = 0; round < 2; ++round)
        try {
            source->image(SampleIndex{kPictures});
            FAIL() << "a cut file was read";
        } catch (const EngineError& error) {
            EXPECT_NE(std::string(error.what()).find("b.jpg"), std::string::npos);
        }
    EXPECT_EQ(source->cacheState()->decodedPictures, 0);
    EXPECT_THROW(source->image(SampleIndex{kPictures + 1}), EngineError);
}

TEST_F(CachedSources, AreOnlyMadeWhereTheyHelp) {
    EXPECT_EQ(cached(source_, 0), source_);
    EXPECT_EQ(cached(nullptr, kPlenty), nullptr);
    const ImageSourcePtr memory = std::make_shared<MemorySource>("memory", std::vector<Image>{{1, 1, 1, {7}}});
    EXPECT_EQ(cached(memory, kPlenty), memory);
    EXPECT_FALSE(source_->cacheState());
    EXPECT_EQ(cached(source_, 1)->fingerprint(), source_->fingerprint());
}

} // namespace
} // namespace dinoscope
