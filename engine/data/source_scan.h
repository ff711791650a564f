// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/scan.h"
#include "engine/data/image_source.h"
#include "engine/data/reading_threads.h"
#include "engine/data/small_picture.h"

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <vector>

namespace dinoscope {

/// What a scan found in one set of pictures.
struct ScanFindings {
    static constexpr std::size_t kSizeClasses = 18; ///< by the bits of the shorter side: 1, 2 to 3, 4 to 7, ...

    std::array<std::int64_t, kPictureVerdictCount> counts{};
    std::vector<ScanReport::Problem> problems; ///< in the order of the pictures
    std::array<std::int64_t, kSizeClasses> sizes{};
    std::int64_t leastWidth = 0, mostWidth = 0, leastHeight = 0, mostHeight = 0; ///< 0 without a picture that is ok
    /// Sums over the pictures that are ok of the mean, and of the mean square, of each channel's values between 0
    /// and 1.
    std::array<double, 3> means{}, squares{};
    MeanPicture meanPicture; ///< of the pictures that are ok

    /// Adds what was found in the pictures that follow.
    void add(const ScanFindings& next);
};

/// What a scan is to measure beside verdicts and sizes.
struct ScanExtras {
    bool colors = false;      ///< sums of the channels
    bool meanPicture = false; ///< the mean of the pictures
};

/// Reads every picture of a source in threads of its own. What is found does not depend on their number: pictures are
/// looked at in pieces of a fixed length, whose findings are added in their order. One caller.
class SourceScan {
public:
    /// Begins to read.
    SourceScan(ImageSourcePtr source, int threads, ScanExtras extras = {},
               std::chrono::milliseconds patience = kReadPatience);
    /// Waits for the pictures in work, for `patience` at most: then reads that do not return are left behind
    /// (ReadingThreads) and noted (noteUnanswered()).
    ~SourceScan();
    SourceScan(const SourceScan&) = delete;
    SourceScan& operator=(const SourceScan&) = delete;

    /// Waits until more is found, at most for `limit`, and adds it. @returns false once every picture has been looked
    /// at. @throws what a thread met: only lack of memory, since pictures that cannot be read are findings.
    bool wait(std::chrono::milliseconds limit);
    /// Pictures whose findings were added.
    std::int64_t done() const { return done_; }
    const ScanFindings& findings() const { return findings_; }

private:
    void work(ReadingThreads::Seat& seat, const ImageSourcePtr& source);
    ScanFindings look(ReadingThreads::Seat& seat, const ImageSource& source, std::int64_t begin,
                      std::int64_t end) const;

    const ImageSourcePtr source_;
    const ScanExtras extras_;
    const std::chrono::milliseconds patience_;
    ScanFindings findings_;
    std::int64_t done_ = 0;

    std::mutex mutex_; ///< guards what follows
    std::condition_variable ready_;
    std::atomic<bool> stopping_ = false; ///< also looked at between two pictures
    std::int64_t begun_ = 0;
    std::map<std::int64_t, ScanFindings> ahead_; ///< by the first picture of the piece
    std::exception_ptr failure_;
    ReadingThreads threads_;
};

/// Mean and deviation of `pictures` pictures of `channels` channels.
ColorStatistics colorStatistics(const ScanFindings& findings, int channels);

} // namespace dinoscope
