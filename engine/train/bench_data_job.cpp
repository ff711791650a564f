// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/bench_data_job.h"

#include "engine/augment/view_renderer.h"
#include "engine/data/folder_source.h"
#include "engine/data/loader.h"
#include "engine/data/sample_photograph.h"
#include "engine/support/check.h"
#include "engine/support/thread_clock.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>

namespace dinoscope {
namespace {

namespace fs = std::filesystem;

constexpr int kRounds = 5;
constexpr double kSliceSeconds = 0.04;
constexpr std::int64_t kBatch = 8;     ///< pictures of a loader's batch
constexpr std::int64_t kLoaded = 4096; ///< pictures of its set

AugmentOptions benchOptions(const std::string& mode) {
    AugmentOptions options;
    options.localCrops = 10;
    options.mode = mode;
    if (mode != "exact" && mode != "fast")
        throw EngineError(ErrorCode::badParameter, "train", "The mode '" + mode + "' is not known: use exact or fast.");
    return options;
}

/// The folder that the samples are made in; one of its own goes away with it.
class SampleFolder {
public:
    explicit SampleFolder(const std::string& keep) : path_(keep) {
        if (!keep.empty()) {
            fs::create_directories(path_);
            return;
        }
        own_ = (fs::temp_directory_path() / "dinoscope-bench-XXXXXX").string();
        if (mkdtemp(own_.data()) == nullptr)
            throw EngineError(ErrorCode::io, "train",
                              "No folder can be made in " + fs::temp_directory_path().string() +
                                  ": make room there, or set TMPDIR to another place.");
        path_ = own_;
    }
    ~SampleFolder() {
        std::error_code ignored;
        if (!own_.empty())
            fs::remove_all(own_, ignored);
    }
    SampleFolder(const SampleFolder&) = delete;
    SampleFolder& operator=(const SampleFolder&) = delete;
    const fs::path& path() const { return path_; }

private:
    std::string own_;
    fs::path path_;
};

/// A set that holds one file again and again.
ImageSourcePtr repeated(const fs::path& file, std::int64_t count) {
    std::error_code error;
    const auto bytes = static_cast<std::int64_t>(fs::file_size(file, error));
    if (error)
        throw EngineError(ErrorCode::badInput, "train",
                          file.string() + " cannot be read (" + error.message() + "): name a JPEG file.");
    FolderListing listing;
    listing.files.assign(static_cast<std::size_t>(count), FolderFile{file.filename().string(), bytes, -1});
    return std::make_shared<FolderSource>(file.filename().string(), file.parent_path(), std::move(listing));
}

struct Seconds {
    double decode = 0, render = 0, resample = 0;
    std::int64_t pictures = 0;

    double total() const { return (decode + render) / static_cast<double>(pictures); }
};

/// Does to a picture what a thread of the loader does, and once more without colours and blur.
class Chain {
public:
    Chain(ImageSourcePtr source, const AugmentOptions& options)
        : source_(std::move(source)), options_(options), renderer_(normalizationOf(options, source_->channels())),
          plans_(static_cast<std::size_t>(viewsOf(options).count())) {
        values_.resize(static_cast<std::size_t>(3 * viewsOf(options).pixels()));
    }

    void picture(Seconds& seconds) {
        const ViewKey key{1, Epoch{0}, SampleIndex{sample_++}};
        const double start = threadSeconds();
        const PictureView picture = source_->readSmaller(SampleIndex{0}, buffer_, [&](PictureSize size) {
            whole_ = size;
            for (std::size_t crop = 0; crop < plans_.size(); ++crop)
                plans_[crop] = planView(options_, key, static_cast<int>(crop), size.width, size.height, 3);
            return options_.mode == "fast" ? largestShrink(plans_) : 1;
        });
        if (picture.shrink == 1 && whole_ != PictureSize{picture.width, picture.height})
            throw EngineError(ErrorCode::badInput, "train", source_->name() + " is no JPEG file: name one.");
        const double decoded = threadSeconds();
        render(picture);
        const double rendered = threadSeconds();
        for (ViewPlan& plan : plans_) {
            plan.jittered = plan.grayscale = plan.solarized = false;
            plan.blurRadius = 0;
        }
        render(picture);
        seconds.decode += decoded - start;
        seconds.render += rendered - decoded;
        seconds.resample += threadSeconds() - rendered;
        ++seconds.pictures;
    }

    PictureSize whole() const { return whole_; }

private:
    void render(const PictureView& picture) {
        float* out = values_.data();
        for (const ViewPlan& plan : plans_) {
            renderer_.render(picture, plan, out);
            out += 3 * plan.size * plan.size;
        }
    }

    ImageSourcePtr source_;
    AugmentOptions options_;
    ViewRenderer renderer_;
    std::vector<ViewPlan> plans_;
    std::vector<float> values_;
    Image buffer_;
    PictureSize whole_;
    std::int64_t sample_ = 0;
};

BenchDataReport::Row rowOf(const fs::path& file, PictureSize size, std::vector<Seconds> rounds) {
    const auto middle = rounds.begin() + static_cast<std::ptrdiff_t>(rounds.size() / 2);
    std::nth_element(rounds.begin(), middle, rounds.end(),
                     [](const Seconds& a, const Seconds& b) { return a.total() < b.total(); });
    const double scale = 1e3 / static_cast<double>(middle->pictures);
    BenchDataReport::Row row{file.string(), size.width, size.height, static_cast<std::int64_t>(fs::file_size(file))};
    row.decodeMs = middle->decode * scale;
    row.resampleMs = middle->resample * scale;
    row.augmentMs = std::max(0.0, middle->render - middle->resample) * scale;
    row.totalMs = middle->total() * 1e3;
    row.imagesPerSecond = 1 / middle->total();
    return row;
}

/// How many pictures a loader hands out in a second by the clock on the wall.
Slices<double> loaderRate(fs::path file, AugmentOptions options, int threads, double seconds) {
    using Clock = std::chrono::steady_clock;
    LoaderSetup setup;
    setup.batchSize = kBatch;
    setup.threads = threads;
    setup.prefetch = 2 * threads;
    Loader loader(repeated(file, kLoaded), options, setup);
    const WorkProgress progress{"Loading with " + std::to_string(threads) + (threads > 1 ? " threads" : " thread"), 0,
                                0};
    std::int64_t batches = -2 * threads; // those first have to be made, in memory that is new
    Clock::time_point start = Clock::now();
    while (batches <= 0 || Clock::now() - start < std::chrono::duration<double>(seconds)) {
        if (loader.waitNext(std::chrono::milliseconds(20)) && ++batches == 0)
            start = Clock::now();
        co_yield progress;
    }
    const double rate =
        static_cast<double>(batches * kBatch) / std::chrono::duration<double>(Clock::now() - start).count();
    co_return rate;
}

} // namespace

Slices<JobAnswer> benchData(BenchDataRequest request) {
    const AugmentOptions options = benchOptions(request.mode);
    std::optional<SampleFolder> folder;
    std::vector<fs::path> files;
    WorkProgress progress{"Making sample photographs", 0, 0};
    co_yield progress;
    if (request.file.empty()) {
        folder.emplace(request.keep);
        files = writeSamplePhotographs(fs::absolute(folder->path()));
    } else {
        files.push_back(fs::absolute(request.file));
    }
    BenchDataReport report{request.mode, request.threads, {}};
    for (const fs::path& file : files) {
        progress = {"Measuring " + file.filename().string(), 0, kRounds};
        Chain chain(repeated(file, 1), options);
        Seconds warmUp;
        chain.picture(warmUp);
        std::vector<Seconds> rounds(kRounds);
        for (Seconds& round : rounds) {
            while (round.pictures < 2 || round.decode + round.render < request.seconds / kRounds) {
                const double start = threadSeconds();
                do
                    chain.picture(round);
                while (threadSeconds() - start < kSliceSeconds);
                co_yield progress;
            }
            ++progress.done;
        }
        BenchDataReport::Row row = rowOf(file, chain.whole(), rounds);
        for (const int threads : {1, static_cast<int>(request.threads)}) {
            if (request.threads < 2)
                break;
            Slices<double> rate = loaderRate(file, options, threads, request.seconds);
            while (rate.next()) {
                progress = rate.progress();
                co_yield progress;
            }
            (threads == 1 ? row.oneThreadPerSecond : row.threadsPerSecond) = rate.take();
        }
        report.rows.push_back(row);
    }
    co_return report;
}

} // namespace dinoscope
