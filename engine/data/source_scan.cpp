// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/source_scan.h"

#include "engine/data/picture_error.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <system_error>
#include <utility>

#include <sys/resource.h>
#include <unistd.h>

namespace dinoscope {
namespace {

constexpr std::int64_t kPiece = 16; ///< pictures
constexpr int kNiceness = 5;        ///< as the training loader's threads

/// Nothing depends on it where it cannot be lowered. On Linux a niceness belongs to a thread.
void lowerPriority() {
    const auto thread = static_cast<id_t>(gettid());
    setpriority(PRIO_PROCESS, thread, std::max(kNiceness, getpriority(PRIO_PROCESS, thread)));
}

void addColors(const PictureView& picture, ScanFindings& findings) {
    const std::int64_t pixels = std::int64_t{picture.width} * picture.height;
    std::array<std::uint64_t, 3> sums{}, squares{}; // exact up to 2^48 pixels
    const std::uint8_t* value = picture.pixels;
    for (std::int64_t i = 0; i < pixels; ++i)
        for (std::size_t c = 0; c < static_cast<std::size_t>(picture.channels); ++c, ++value) {
            sums[c] += *value;
            squares[c] += std::uint64_t{*value} * *value;
        }
    for (std::size_t c = 0; c < 3; ++c) {
        findings.means[c] += static_cast<double>(sums[c]) / (255.0 * static_cast<double>(pixels));
        findings.squares[c] += static_cast<double>(squares[c]) / (255.0 * 255.0 * static_cast<double>(pixels));
    }
}

void widen(std::int64_t& least, std::int64_t& most, std::int64_t otherLeast, std::int64_t otherMost) {
    if (otherMost == 0)
        return;
    least = most == 0 ? otherLeast : std::min(least, otherLeast);
    most = std::max(most, otherMost);
}

void addPicture(const PictureView& picture, ScanExtras extras, ScanFindings& findings) {
    ++findings.counts[static_cast<std::size_t>(PictureVerdict::ok)];
    widen(findings.leastWidth, findings.mostWidth, picture.width, picture.width);
    widen(findings.leastHeight, findings.mostHeight, picture.height, picture.height);
    const auto side = static_cast<unsigned>(std::min(picture.width, picture.height));
    ++findings.sizes[std::min<std::size_t>(static_cast<std::size_t>(std::bit_width(side)), findings.kSizeClasses) - 1];
    if (extras.colors)
        addColors(picture, findings);
    if (extras.meanPicture)
        findings.meanPicture.add(picture);
}

void addProblem(PictureVerdict verdict, std::string path, std::string reason, ScanFindings& findings) {
    ++findings.counts[static_cast<std::size_t>(verdict)];
    findings.problems.push_back({std::move(path), verdict, std::move(reason)});
}

} // namespace

void ScanFindings::add(const ScanFindings& next) {
    for (std::size_t i = 0; i < counts.size(); ++i)
        counts[i] += next.counts[i];
    for (std::size_t i = 0; i < sizes.size(); ++i)
        sizes[i] += next.sizes[i];
    for (std::size_t c = 0; c < means.size(); ++c) {
        means[c] += next.means[c];
        squares[c] += next.squares[c];
    }
    meanPicture.add(next.meanPicture);
    problems.insert(problems.end(), next.problems.begin(), next.problems.end());
    widen(leastWidth, mostWidth, next.leastWidth, next.mostWidth);
    widen(leastHeight, mostHeight, next.leastHeight, next.mostHeight);
}

SourceScan::SourceScan(ImageSourcePtr source, int threads, ScanExtras extras, std::chrono::milliseconds patience)
    : source_(std::move(source)), extras_(extras), patience_(patience) {
    try {
        for (int i = 0; i < std::max(1, threads); ++i)
            threads_.start([this, source = source_](ReadingThreads::Seat& seat) { work(seat, source); });
    } catch (const std::system_error&) {
        if (threads_.count() == 0)
            throw EngineError(ErrorCode::internal, "data", "The system gives no thread to read pictures with.");
    }
}

SourceScan::~SourceScan() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    for (const std::int64_t index : threads_.end(patience_))
        noteUnanswered(source_->picturePlace(SampleIndex{index}));
}

void SourceScan::work(ReadingThreads::Seat& seat, const ImageSourcePtr& source) {
    lowerPriority();
    std::unique_lock lock(mutex_);
    while (!stopping_ && begun_ < source->count()) {
        const std::int64_t begin = begun_, end = std::min(source->count(), begin + kPiece);
        begun_ = end;
        lock.unlock();
        ScanFindings piece;
        std::exception_ptr failure;
        try {
            piece = look(seat, *source, begin, end);
        } catch (const ReadingThreads::LeftBehind&) {
            throw;
        } catch (...) {
            failure = std::current_exception();
        }
        lock.lock();
        ahead_.emplace(begin, std::move(piece));
        if (failure) {
            failure_ = failure;
            stopping_ = true;
        }
        ready_.notify_one();
    }
}

ScanFindings SourceScan::look(ReadingThreads::Seat& seat, const ImageSource& source, std::int64_t begin,
                              std::int64_t end) const {
    ScanFindings piece;
    Image buffer;
    for (SampleIndex index{begin}; index.value < end && !stopping_; ++index.value)
        try {
            addPicture(seat.read(index.value, [&source, &buffer, index] { return source.read(index, buffer); }),
                       extras_, piece);
        } catch (const PictureError& error) {
            addProblem(error.verdict(), source.picturePlace(index), error.reason(), piece);
        }
    return piece;
}

bool SourceScan::wait(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    ready_.wait_for(lock, limit, [this] { return failure_ || ahead_.contains(done_); });
    if (failure_)
        std::rethrow_exception(failure_);
    for (auto next = ahead_.find(done_); next != ahead_.end(); next = ahead_.find(done_)) {
        findings_.add(next->second);
        ahead_.erase(next);
        done_ = std::min(source_->count(), done_ + kPiece);
    }
    return done_ < source_->count();
}

ColorStatistics colorStatistics(const ScanFindings& findings, int channels) {
    const auto pictures = static_cast<double>(findings.counts[static_cast<std::size_t>(PictureVerdict::ok)]);
    ColorStatistics statistics;
    for (std::size_t c = 0; c < static_cast<std::size_t>(channels) && pictures > 0; ++c) {
        const double mean = findings.means[c] / pictures;
        statistics.mean.push_back(mean);
        statistics.deviation.push_back(std::sqrt(std::max(0.0, findings.squares[c] / pictures - mean * mean)));
    }
    return statistics;
}

} // namespace dinoscope
