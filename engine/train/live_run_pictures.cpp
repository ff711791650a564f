// SPDX-License-Identifier: GPL-3.0-or-later
// What a run does about its pictures: opening them, waiting for them, and those that cannot be read.
#include "engine/train/live_run.h"

#include "engine/data/answering_source.h"
#include "engine/data/cached_source.h"
#include "engine/data/color_source.h"
#include "engine/data/source_opening.h"
#include "engine/support/check.h"
#include "engine/train/knn_protocol.h"

#include <chrono>
#include <cmath>

namespace dinoscope {
namespace {

constexpr std::chrono::milliseconds kPatience{1000}, kMorePatience{50}; ///< before commands are looked at again
constexpr std::chrono::milliseconds kShowPatience{5000}; ///< with a picture that a panel wants; the largest take 3 s

double secondsNow() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

} // namespace

void LiveRun::openData(const Progress& progress, std::vector<ReferenceLine>& lines) {
    const auto read = [&](const char* what) {
        return [&progress, what](std::int64_t done, std::int64_t total) { return progress({what, done, total}); };
    };
    sets_ = openSource(settings_.data.path, sourceOptions(settings_.data), progress);
    if (settings_.backbone.channels == 3)
        sets_ = {inColor(sets_.train), inColor(sets_.test), sets_.notes};
    const bool readsFiles = sets_.train->storesPictures();
    sets_.train = cached(sets_.train, settings_.data.cacheMb * 1'000'000);
    shown_ = readsFiles ? std::make_shared<AnsweringSource>(sets_.train, kShowPatience) : sets_.train;
    if (sets_.train->count() < settings_.run.batchSize)
        throw EngineError(ErrorCode::badParameter, "train",
                          sets_.train->name() + " has " + std::to_string(sets_.train->count()) +
                              " pictures, fewer than run.batch_size, which is " +
                              std::to_string(settings_.run.batchSize) + ": lower it");
    const auto protocol = makeKnnProtocol(sets_, evaluationSettings(), read("Reading pictures for the accuracy"));
    accuracy_ = AccuracyWatch(protocol, settings_.eval);
    if (protocol)
        lines.push_back(
            {"k-NN accuracy", "Pixels", pixelAccuracy(protocol, read("Measuring the accuracy of the pixels"))});
}

/// Accuracies and neighbours of a run stay comparable when its crops change their size.
RunSettings LiveRun::evaluationSettings() const {
    RunSettings settings = settings_;
    settings.augment.globalSize = evaluationSide_;
    return settings;
}

std::unique_ptr<Loader> LiveRun::makeLoader(const AugmentOptions& augment, std::int64_t firstBatch) const {
    LoaderSetup setup;
    setup.seed = static_cast<std::uint64_t>(settings_.run.seed);
    setup.batchSize = settings_.run.batchSize;
    setup.threads = loaderThreadCount(settings_.data.loaderThreads);
    setup.prefetch = static_cast<int>(settings_.data.prefetch);
    setup.firstBatch = firstBatch;
    return std::make_unique<Loader>(sets_.train, augment, setup);
}

void LiveRun::changeAugment(const AugmentOptions& augment) {
    if (!pending_ && loader_) {
        loader_->setAugment(augment);
        return;
    }
    // A batch that waits for its step was cut with the former options: it is made anew.
    loader_ = makeLoader(augment, training_->step());
    pending_.reset();
}

BatchPtr LiveRun::nextBatch() {
    try {
        if (!loader_)
            loader_ = makeLoader(settings_.augment, training_->step());
        return loader_->waitNext(waitedFor_ > 0 ? kMorePatience : kPatience);
    } catch (const EngineError& error) {
        loader_.reset(); // it keeps its failure
        if (error.error().code != ErrorCode::badInput && error.error().code != ErrorCode::noPictures)
            throw;
        throw EngineError(ErrorCode::noPictures, "data",
                          std::string(error.what()) + ". The run is paused at step " +
                              std::to_string(training_->step()) + "; nothing of it is lost.",
                          error.error().detail);
    }
}

StepOutcome LiveRun::waited(RunnerOutput& output, double seconds) {
    waitedFor_ = seconds;
    clock_.stepEnded(secondsNow());
    if (waitingNotice_.isDue(seconds))
        output.log(LogLevel::warning, "The step waits for pictures of " + settings_.data.path + " since " +
                                          std::to_string(std::lround(seconds)) +
                                          " seconds: their disk is slow or does not answer. Training goes on as soon "
                                          "as they come.");
    return StepOutcome::waiting;
}

void LiveRun::reportReplaced(RunnerOutput& output) {
    for (const Replacement& replacement : pending_->replaced)
        if (bad_.insert(replacement.wanted).second)
            output.log(LogLevel::warning,
                       replacement.reason + "; it was replaced by " + sets_.train->pictureName(replacement.used) + ".");
}

void LiveRun::checkBadShare() const {
    const auto bad = static_cast<double>(bad_.size());
    const std::int64_t count = sets_.train->count();
    if (bad <= settings_.data.maxBadShare * static_cast<double>(count))
        return;
    throw EngineError(ErrorCode::noPictures, "data",
                      sets_.train->name() + ": " + std::to_string(bad_.size()) + " of " + std::to_string(count) +
                          " pictures cannot be read, more than data.max_bad_share, which is " +
                          formatParam(settings_.data.maxBadShare) + ". The run is paused at step " +
                          std::to_string(training_->step()) +
                          ": 'dinoscope-cli scan' names all of them; raise the share to go on without them.");
}

void LiveRun::reportReplacedCount(RunnerOutput& output) const {
    if (replacedCount_ > 0)
        output.log(LogLevel::warning, std::to_string(replacedCount_) +
                                          " times a picture could not be read and the next one took its place.");
}

} // namespace dinoscope
