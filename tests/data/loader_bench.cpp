// SPDX-License-Identifier: GPL-3.0-or-later
// How many pictures one core augments, and what a loader delivers. Not a test: build the target loader_bench and run
// it.
#include "engine/augment/view_renderer.h"
#include "engine/data/loader.h"
#include "engine/data/memory_source.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <time.h>

namespace dinoscope {
namespace {

using Clock = std::chrono::steady_clock;

/// Processor time of this thread, so that other programs on the machine do not count.
struct ThreadClock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<ThreadClock, duration>;
    static time_point now() {
        timespec t{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
        return time_point(std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec));
    }
};

template <class Point> double secondsSince(Point start) {
    return std::chrono::duration<double>(Point::clock::now() - start).count();
}

ImageSourcePtr pictures(int count, int width, int height, int channels) {
    std::vector<Image> images;
    for (int i = 0; i < count; ++i) {
        Image image{width, height, channels, {}};
        image.pixels.resize(static_cast<std::size_t>(width * height * channels));
        for (std::size_t p = 0; p < image.pixels.size(); ++p)
            image.pixels[p] = static_cast<std::uint8_t>((p * p + static_cast<std::size_t>(i) * 977) >> 5);
        images.push_back(std::move(image));
    }
    return std::make_shared<MemorySource>("bench", std::move(images));
}

AugmentOptions demoOptions(const char* resample, const char* blur) {
    AugmentOptions o;
    o.globalSize = 28;
    o.localSize = 14;
    o.localCrops = 4;
    o.localScaleMin = 0.1;
    o.resample = resample;
    o.blurKind = blur;
    o.mean = "0.2860";
    o.std = "0.3530";
    return o;
}

/// Pictures a second of one thread, the median of five rounds.
void measureRendering(const char* name, const ImageSource& source, const AugmentOptions& options, double seconds) {
    ViewRenderer renderer(normalizationOf(options, source.channels()));
    const int crops = kGlobalCrops + static_cast<int>(options.localCrops);
    std::vector<float> out(static_cast<std::size_t>(3 * options.globalSize * options.globalSize));
    std::vector<double> rates;
    std::int64_t sample = 0;
    for (int round = 0; round < 5; ++round) {
        const ThreadClock::time_point start = ThreadClock::now();
        std::int64_t done = 0;
        Image buffer;
        while (secondsSince(start) < seconds) {
            const PictureView picture = source.read(SampleIndex{sample % source.count()}, buffer);
            ViewPlan plans[64];
            for (int crop = 0; crop < crops; ++crop)
                plans[crop] = planView(options, {1, Epoch{0}, SampleIndex{sample}}, crop, picture.width, picture.height,
                                       picture.channels);
            for (int crop = 0; crop < crops; ++crop)
                renderer.render(picture, plans[crop], out.data());
            ++sample;
            ++done;
        }
        rates.push_back(static_cast<double>(done) / secondsSince(start));
    }
    std::sort(rates.begin(), rates.end());
    std::printf("%-44s %9.0f pictures/s of processor time\n", name, rates[2]);
}

void measureLoader(const char* name, ImageSourcePtr source, const AugmentOptions& options, int threads, int batches) {
    LoaderSetup setup;
    setup.batchSize = 128;
    setup.threads = threads;
    Loader loader(std::move(source), options, setup);
    loader.next();
    const Clock::time_point start = Clock::now();
    for (int i = 0; i < batches; ++i)
        loader.next();
    std::printf("%-44s %9.0f pictures/s\n", name, batches * 128 / secondsSince(start));
}

} // namespace
} // namespace dinoscope

int main() {
    using namespace dinoscope;
    const ImageSourcePtr tiny = pictures(2000, 28, 28, 1), large = pictures(8, 500, 375, 3);
    measureRendering("28x28 grey, bicubic, official blur", *tiny, demoOptions("bicubic", "pillow"), 0.3);
    measureRendering("28x28 grey, bicubic, 3x3 blur", *tiny, demoOptions("bicubic", "3x3"), 0.3);
    measureRendering("28x28 grey, bilinear, 3x3 blur", *tiny, demoOptions("bilinear", "3x3"), 0.3);
    measureRendering("500x375 RGB, 2x224 + 8x96, official", *large, AugmentOptions{}, 1.0);
    measureLoader("loader, 1 thread, bicubic, official blur", tiny, demoOptions("bicubic", "pillow"), 1, 200);
    measureLoader("loader, 2 threads, bicubic, official blur", tiny, demoOptions("bicubic", "pillow"), 2, 200);
    return EXIT_SUCCESS;
}
