// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/loader.h"

#include "engine/api/fields.h"
#include "engine/augment/view_renderer.h"
#include "engine/data/data_options.h"
#include "engine/data/memory_source.h"
#include "engine/support/check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include <sys/resource.h>
#include <unistd.h>

namespace dinoscope {
namespace {

std::vector<Image> somePictures(int count, int channels = 1, int side = 20) {
    std::vector<Image> pictures;
    for (int i = 0; i < count; ++i) {
        Image picture{side + i % 3, side, channels, {}};
        picture.pixels.resize(static_cast<std::size_t>(picture.width * side * channels));
        for (std::size_t p = 0; p < picture.pixels.size(); ++p)
            picture.pixels[p] = static_cast<std::uint8_t>((p * static_cast<std::size_t>(i + 3)) >> 2);
        pictures.push_back(std::move(picture));
    }
    return pictures;
}

ImageSourcePtr someSource(int count, int channels = 1) {
    std::vector<std::int32_t> labels;
    for (int i = 0; i < count; ++i)
        labels.push_back(i % 4 - 1);
    return std::make_shared<MemorySource>("test set", somePictures(count, channels), labels,
                                          std::vector<std::string>{"a", "b", "c"});
}

/// Some pictures of it cannot be read; some threads can be held at the door.
class FaultySource final : public ImageSource {
public:
    FaultySource(ImageSourcePtr inner, std::set<std::int64_t> bad) : inner_(std::move(inner)), bad_(std::move(bad)) {}
    std::int64_t count() const override { return inner_->count(); }
    int channels() const override { return inner_->channels(); }
    std::string name() const override { return "faulty set"; }
    std::string fingerprint() const override { return "faulty"; }
    PictureView read(SampleIndex index, Image& buffer) const override {
        if (bad_.contains(index.value))
            throw EngineError(ErrorCode::io, "data", pictureName(index) + " cannot be read");
        return inner_->read(index, buffer);
    }
    const std::vector<std::string>& classNames() const override { return inner_->classNames(); }
    std::optional<std::int32_t> label(SampleIndex index) const override { return inner_->label(index); }
    std::string pictureName(SampleIndex index) const override { return "file" + std::to_string(index.value) + ".png"; }

private:
    ImageSourcePtr inner_;
    std::set<std::int64_t> bad_;
};

AugmentOptions smallOptions() {
    AugmentOptions options;
    options.globalSize = 12;
    options.localSize = 6;
    options.localCrops = 3;
    return options;
}

LoaderSetup setupOf(int threads, int prefetch, std::int64_t firstBatch = 0) {
    LoaderSetup setup;
    setup.seed = 11;
    setup.batchSize = 8;
    setup.threads = threads;
    setup.prefetch = prefetch;
    setup.firstBatch = firstBatch;
    return setup;
}

struct Copy {
    std::int64_t number, epoch, place, revision;
    std::vector<SampleIndex> samples;
    std::vector<std::int32_t> labels;
    std::vector<ViewPlan> plans;
    std::vector<float> values;
    bool operator==(const Copy&) const = default;
};

Copy copyOf(const Batch& batch) {
    return {batch.number,  batch.epoch.value, batch.placeInEpoch, batch.revision,
            batch.samples, batch.labels,      batch.plans,        batch.values};
}

std::vector<Copy> take(Loader& loader, int batches) {
    std::vector<Copy> copies;
    for (int i = 0; i < batches; ++i)
        copies.push_back(copyOf(*loader.next()));
    return copies;
}

TEST(Loader, GivesTheSameBatchesForAnyThreadsAndDepth) {
    for (int channels : {1, 3}) {
        const ImageSourcePtr source = someSource(30, channels);
        Loader first(source, smallOptions(), setupOf(1, 1));
        const std::vector<Copy> expected = take(first, 9); // three epochs of three batches
        for (const auto& [threads, prefetch] : {std::pair{1, 4}, {2, 1}, {2, 3}, {4, 2}, {4, 7}}) {
            Loader loader(source, smallOptions(), setupOf(threads, prefetch));
            EXPECT_TRUE(take(loader, 9) == expected) << threads << " threads, " << prefetch << " batches ahead";
        }
    }
}

TEST(Loader, StartsAnywhere) {
    const ImageSourcePtr source = someSource(30);
    Loader whole(source, smallOptions(), setupOf(2, 3));
    const std::vector<Copy> expected = take(whole, 9);
    for (std::int64_t start : {1, 3, 5, 8}) {
        Loader loader(source, smallOptions(), setupOf(2, 2, start));
        EXPECT_EQ(loader.nextNumber(), start);
        EXPECT_TRUE(copyOf(*loader.next()) == expected[static_cast<std::size_t>(start)]) << start;
    }
}

TEST(Loader, VisitsEveryPictureOnceAnEpochInNewOrder) {
    LoaderSetup setup = setupOf(2, 2);
    setup.batchSize = 10;
    Loader loader(someSource(30), smallOptions(), setup);
    ASSERT_EQ(loader.batchesPerEpoch(), 3);
    std::vector<std::vector<SampleIndex>> orders(2);
    for (int i = 0; i < 6; ++i) {
        const BatchPtr batch = loader.next();
        EXPECT_EQ(batch->epoch.value, i / 3);
        EXPECT_EQ(batch->placeInEpoch, i % 3);
        auto& order = orders[static_cast<std::size_t>(i / 3)];
        order.insert(order.end(), batch->samples.begin(), batch->samples.end());
    }
    EXPECT_NE(orders[0], orders[1]);
    for (auto& order : orders) {
        std::sort(order.begin(), order.end());
        for (std::int64_t i = 0; i < 30; ++i)
            EXPECT_EQ(order[static_cast<std::size_t>(i)].value, i);
    }
}

TEST(Loader, BatchesHoldWhatTheirPlansSay) {
    const ImageSourcePtr source = someSource(20, 3);
    const AugmentOptions options = smallOptions();
    Loader loader(source, options, setupOf(2, 2));
    ViewRenderer renderer(normalizationOf(options, 3));
    const BatchPtr batch = loader.next();
    EXPECT_EQ(batch->crops(), 5);
    EXPECT_EQ(batch->values.size(), 8u * 3 * (2 * 144 + 3 * 36));
    EXPECT_EQ(batch->locals(), batch->crop(2));
    EXPECT_EQ(batch->crop(1) - batch->globals(), 8 * 3 * 144);
    for (std::int64_t row = 0; row < batch->size; ++row) {
        const SampleIndex sample = batch->samples[static_cast<std::size_t>(row)];
        EXPECT_EQ(batch->labels[static_cast<std::size_t>(row)], source->label(sample).value_or(-1));
        Image buffer;
        const PictureView picture = source->read(sample, buffer);
        for (int crop = 0; crop < 5; ++crop) {
            const ViewPlan plan = planView(options, {11, Epoch{0}, sample}, crop, picture.width, picture.height, 3);
            EXPECT_EQ(plan, batch->plan(crop, row));
            std::vector<float> view(static_cast<std::size_t>(3 * plan.size * plan.size));
            renderer.render(picture, plan, view.data());
            const float* inBatch = batch->crop(crop) + row * static_cast<std::int64_t>(view.size());
            EXPECT_TRUE(std::equal(view.begin(), view.end(), inBatch)) << crop << ", " << row;
        }
    }
}

TEST(Loader, LiveChangesAreExact) {
    const ImageSourcePtr source = someSource(64);
    AugmentOptions changed = smallOptions();
    changed.localScaleMin = 0.6;
    changed.localScaleMax = 0.9;
    Loader oldLoader(source, smallOptions(), setupOf(1, 1));
    Loader newLoader(source, changed, setupOf(1, 1));
    const std::vector<Copy> before = take(oldLoader, 12), after = take(newLoader, 12);
    for (int threads : {1, 2, 4})
        for (std::int64_t when : {0, 3, 7}) {
            Loader loader(source, smallOptions(), setupOf(threads, 5));
            for (std::int64_t n = 0; n < 12; ++n) {
                if (n == when) {
                    EXPECT_EQ(loader.setAugment(changed), n);
                }
                const Copy copy = copyOf(*loader.next());
                const Copy& expected = (n < when ? before : after)[static_cast<std::size_t>(n)];
                EXPECT_EQ(copy.values, expected.values) << n << " of a change at " << when;
                EXPECT_EQ(copy.plans, expected.plans);
                EXPECT_EQ(copy.revision, n < when ? 0 : 1);
            }
        }
}

TEST(Loader, ChangesCanBeAnnouncedAndReplaced) {
    const ImageSourcePtr source = someSource(64);
    std::vector<AugmentOptions> options(4, smallOptions());
    std::vector<std::vector<Copy>> expected;
    for (std::size_t i = 0; i < options.size(); ++i) {
        options[i].globalScaleMin = 0.4 + 0.1 * static_cast<double>(i);
        Loader loader(source, options[i], setupOf(1, 1));
        expected.push_back(take(loader, 10));
    }
    Loader loader(source, options[0], setupOf(2, 3));
    EXPECT_EQ(loader.setAugment(options[1], 4), 4);
    EXPECT_EQ(loader.setAugment(options[2], 7), 7);
    EXPECT_EQ(loader.setAugment(options[3], 6), 6); // takes the place of the one at 7
    for (std::size_t n = 0; n < 10; ++n)
        EXPECT_TRUE(loader.next()->plans == expected[n < 4 ? 0 : n < 6 ? 1 : 3][n].plans) << n;
    EXPECT_EQ(loader.setAugment(options[1], 2), 10);
}

TEST(Loader, ManyChangesInARowAreSafe) {
    const ImageSourcePtr source = someSource(64);
    AugmentOptions options = smallOptions();
    Loader loader(source, options, setupOf(4, 4));
    for (int i = 0; i < 200; ++i) {
        options.localScaleMax = 0.1 + 0.004 * (i % 200);
        loader.setAugment(options);
        if (i % 5 != 0)
            continue;
        for (const BatchPtr batch = loader.next(); const ViewPlan& plan : batch->plans)
            EXPECT_LE(plan.areaShare, plan.isGlobal ? 1.0 : options.localScaleMax + 0.05);
    }
}

/// Options whose views differ in number, size and resampling, the small ones first.
std::vector<AugmentOptions> otherViews() {
    std::vector<AugmentOptions> options(5, smallOptions());
    options[1].localCrops = 5;
    options[2].globalSize = 17;
    options[2].localSize = 9;
    options[3].localCrops = 0;
    options[4].globalSize = 8;
    options[4].resample = "bilinear";
    return options;
}

TEST(Loader, ChangesOfViewsAreExact) {
    const ImageSourcePtr source = someSource(64);
    std::vector<std::vector<Copy>> expected;
    for (const AugmentOptions& options : otherViews()) {
        Loader loader(source, options, setupOf(1, 1));
        expected.push_back(take(loader, 20));
    }
    for (const int threads : {1, 2, 4})
        for (const int prefetch : {1, 5}) {
            Loader loader(source, otherViews()[0], setupOf(threads, prefetch));
            std::vector<std::pair<BatchPtr, const Copy*>> held;
            for (std::size_t n = 0; n < 20; ++n) {
                const std::size_t which = n / 2 % 5; // and back to the first at last
                if (n > 0 && n % 2 == 0) {
                    EXPECT_EQ(loader.setAugment(otherViews()[which]), static_cast<std::int64_t>(n));
                }
                held.emplace_back(loader.next(), &expected[which][n]);
                if (held.size() > 4)
                    held.erase(held.begin());
                for (const auto& [batch, copy] : held) { // batches of other views stay what they were
                    EXPECT_EQ(batch->values, copy->values) << n;
                    EXPECT_EQ(batch->plans, copy->plans) << n;
                }
            }
        }
}

TEST(Loader, ChangesOfViewsCanBeAnnouncedAndReplaced) {
    const ImageSourcePtr source = someSource(64);
    const std::vector<AugmentOptions> options = otherViews();
    std::vector<std::vector<Copy>> expected;
    for (const AugmentOptions& o : options) {
        Loader loader(source, o, setupOf(1, 1));
        expected.push_back(take(loader, 10));
    }
    Loader loader(source, options[0], setupOf(2, 3));
    EXPECT_EQ(loader.setAugment(options[1], 4), 4);
    EXPECT_EQ(loader.setAugment(options[2], 7), 7);
    EXPECT_EQ(loader.setAugment(options[3], 6), 6); // takes the place of the one at 7
    for (std::size_t n = 0; n < 10; ++n)
        EXPECT_EQ(loader.next()->values, expected[n < 4 ? 0 : n < 6 ? 1 : 3][n].values) << n;
}

TEST(Loader, ManyChangesOfViewsInARowAreSafe) {
    Loader loader(someSource(64), smallOptions(), setupOf(4, 4));
    for (int i = 0; i < 200; ++i) {
        const AugmentOptions options = otherViews()[static_cast<std::size_t>(i * 7 % 5)];
        loader.setAugment(options);
        if (i % 4 != 0)
            continue;
        const BatchPtr batch = loader.next();
        ASSERT_EQ(batch->crops(), viewsOf(options).count());
        for (int crop = 0; crop < batch->crops(); ++crop)
            ASSERT_EQ(batch->plan(crop, 0).size, viewsOf(options).size(crop));
    }
}

TEST(Loader, RefusesChangesThatCannotBe) {
    Loader loader(someSource(16), smallOptions(), setupOf(1, 1));
    AugmentOptions options = smallOptions();
    options.mean = "0.5";
    EXPECT_THROW(loader.setAugment(options), EngineError);
    options = smallOptions();
    options.globalScaleMin = 0.9;
    options.globalScaleMax = 0.5;
    EXPECT_THROW(loader.setAugment(options), EngineError);
    EXPECT_EQ(loader.next()->revision, 0);
}

TEST(Loader, ReplacesUnreadablePicturesByTheNextOfTheOrder) {
    const auto inner = someSource(30);
    LoaderSetup setup = setupOf(1, 2);
    setup.batchSize = 15;
    Loader clean(inner, smallOptions(), setup);
    const Copy first = copyOf(*clean.next()), second = copyOf(*clean.next());
    // The last two of the first batch cannot be read: the first of the second batch stands in.
    const auto faulty = std::make_shared<FaultySource>(
        inner, std::set<std::int64_t>{first.samples[13].value, first.samples[14].value, first.samples[4].value});
    for (int threads : {1, 2, 4}) {
        setup.threads = threads;
        Loader loader(faulty, smallOptions(), setup);
        const BatchPtr batch = loader.next();
        EXPECT_EQ(batch->samples[13], second.samples[0]);
        EXPECT_EQ(batch->samples[14], second.samples[0]);
        EXPECT_EQ(batch->samples[4], first.samples[5]);
        EXPECT_EQ(batch->samples[5], first.samples[5]);
        ASSERT_EQ(batch->replaced.size(), 3u);
        EXPECT_EQ(batch->replaced[0].row, 4);
        EXPECT_EQ(batch->replaced[1].wanted, first.samples[13]);
        EXPECT_EQ(batch->replaced[1].used, second.samples[0]);
        EXPECT_EQ(batch->replaced[2].reason, "file" + std::to_string(first.samples[14].value) + ".png cannot be read");
        EXPECT_EQ(loader.replacedCount(), 3);
        // Rows 13 and 14 show one picture, but each with the choices of its own place.
        EXPECT_NE(batch->plan(0, 13), batch->plan(0, 14));
        EXPECT_NE(batch->plan(0, 4), batch->plan(0, 5));
    }
}

TEST(Loader, SaysWhenNothingCanBeRead) {
    std::set<std::int64_t> all;
    for (std::int64_t i = 0; i < 30; ++i)
        all.insert(i);
    Loader loader(std::make_shared<FaultySource>(someSource(30), all), smallOptions(), setupOf(3, 2));
    for (int attempt = 0; attempt < 2; ++attempt)
        try {
            loader.next();
            FAIL() << "a batch was made";
        } catch (const EngineError& error) {
            EXPECT_NE(std::string(error.what()).find("30 pictures in a row cannot be read"), std::string::npos)
                << error.what();
        }
}

TEST(Loader, NeedsABatchOfPictures) {
    try {
        Loader loader(someSource(7), smallOptions(), setupOf(1, 1));
        FAIL() << "it started";
    } catch (const EngineError& error) {
        EXPECT_NE(std::string(error.what()).find("choose a batch size of at most 7"), std::string::npos)
            << error.what();
    }
}

TEST(Loader, ReusesBatchesAndKeepsTheOnesInUse) {
    auto loader = std::make_unique<Loader>(someSource(64), smallOptions(), setupOf(2, 2));
    std::set<const float*> buffers;
    for (int i = 0; i < 50; ++i)
        buffers.insert(loader->next()->globals());
    EXPECT_LE(buffers.size(), 4u);
    const BatchPtr kept = loader->next();
    const Copy copy = copyOf(*kept);
    for (int i = 0; i < 20; ++i)
        EXPECT_NE(loader->next()->globals(), kept->globals());
    loader.reset();
    EXPECT_TRUE(copyOf(*kept) == copy);
}

TEST(Loader, StopsWhileSomebodyWaits) {
    for (int round = 0; round < 20; ++round) {
        Loader loader(someSource(64), smallOptions(), setupOf(2, 2));
        std::thread stopper([&] { loader.stop(); });
        try {
            for (;;)
                loader.next();
        } catch (const EngineError& error) {
            EXPECT_EQ(error.error().code, ErrorCode::cancelled);
        }
        stopper.join();
    }
}

/// Notes how nice the threads are that read from it.
class NicenessSource final : public ImageSource {
public:
    explicit NicenessSource(ImageSourcePtr inner) : inner_(std::move(inner)) {}
    std::int64_t count() const override { return inner_->count(); }
    int channels() const override { return inner_->channels(); }
    std::string name() const override { return inner_->name(); }
    std::string fingerprint() const override { return inner_->fingerprint(); }
    PictureView read(SampleIndex index, Image& buffer) const override {
        lowest = std::min(lowest.load(), getpriority(PRIO_PROCESS, static_cast<id_t>(gettid())));
        return inner_->read(index, buffer);
    }
    const std::vector<std::string>& classNames() const override { return none_; }
    std::optional<std::int32_t> label(SampleIndex) const override { return std::nullopt; }
    std::string pictureName(SampleIndex index) const override { return inner_->pictureName(index); }

    mutable std::atomic<int> lowest{100};

private:
    ImageSourcePtr inner_;
    std::vector<std::string> none_;
};

TEST(Loader, GivesWayToTheWindow) {
    const auto source = std::make_shared<NicenessSource>(someSource(16));
    Loader loader(source, smallOptions(), setupOf(1, 1));
    EXPECT_TRUE(loader.next()->labels.empty());
    EXPECT_GE(source->lowest.load(), 5);
    EXPECT_LT(source->lowest.load(), 100);
}

TEST(Loader, CountsTheTimeSpentWaiting) {
    Loader loader(someSource(64), smallOptions(), setupOf(1, 1));
    double sum = 0;
    for (int i = 0; i < 5; ++i) {
        BatchPtr batch;
        while (!batch)
            batch = loader.waitNext(std::chrono::milliseconds(1));
        sum += batch->waitSeconds;
    }
    EXPECT_NEAR(sum, loader.waitedSeconds(), 1e-9);
}

TEST(EpochOrder, IsAPermutationOfSeedAndEpoch) {
    EpochOrder order(5, 1000), same(5, 1000), other(6, 1000);
    const auto first = order.of(Epoch{0});
    for (std::int64_t epoch = 1; epoch < 6; ++epoch)
        EXPECT_NE(*order.of(Epoch{epoch}), *first);
    EXPECT_EQ(*order.of(Epoch{0}), *first);
    EXPECT_EQ(*same.of(Epoch{0}), *first);
    EXPECT_NE(*other.of(Epoch{0}), *first);
    std::vector<std::uint32_t> sorted = *first;
    std::sort(sorted.begin(), sorted.end());
    for (std::uint32_t i = 0; i < 1000; ++i)
        EXPECT_EQ(sorted[i], i);
}

TEST(DataOptions, DeclarationsFormATable) {
    const ParamTable table(collectSpecs<DataOptions>());
    EXPECT_EQ(readOptions<DataOptions>(ParamSet(table)), DataOptions{});
    EXPECT_EQ(table.find("data.kind")->choices, (std::vector<std::string>{"auto", "idx", "cifar", "tar", "folder"}));
    EXPECT_EQ(loaderThreadCount(3), 3);
    EXPECT_GE(loaderThreadCount(0), 1);
}

} // namespace
} // namespace dinoscope
