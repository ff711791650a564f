// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/image.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dinoscope {

/// What can be said of a picture file. Training uses those that are ok and replaces the others.
enum class PictureVerdict {
    ok,
    truncated,  ///< it ends before its own structure does; an empty file, too
    unreadable, ///< the system does not hand it out, or its data is damaged
    tooLarge,   ///< more pixels or bytes than are read
    tooSmall,   ///< a side is too short to cut crops from
    unsupported ///< contents of another kind than the name says, or a kind of picture that no decoder here reads
};
inline constexpr std::size_t kPictureVerdictCount = 6;

/// "ok", "truncated", "unreadable", "too large", "too small", "unsupported".
std::string_view verdictWord(PictureVerdict verdict);

/// Looks at every picture below a path before anything is trained on it: each is read and decoded completely, unless
/// only the names of the files are asked for.
struct ScanRequest {
    std::string path;             ///< what data.path takes
    std::string kind = "auto";    ///< what data.kind takes
    bool officialLoading = false; ///< as data.official_loading
    double testShare = 0.1;       ///< as data.test_share
    bool colors = false;          ///< also mean and deviation of the channels
    bool meanPicture = false;     ///< also the mean of the pictures
    std::int64_t threads = 0;     ///< 0: one a processor; nothing depends on it
    bool filesOnly = false;       ///< no picture is read: nothing is known of sizes and colours, and none is ok
};

/// Mean and standard deviation of each channel, of values between 0 and 1. Every picture weighs the same, however many
/// pixels it has, as it does in training.
struct ColorStatistics {
    std::vector<double> mean, deviation; ///< one value for grey pictures, three for the others
};

struct ScanReport {
    /// A picture that is not ok, one of a kind that is not read, or something that has the name of a picture and is no
    /// file.
    struct Problem {
        std::string path;
        PictureVerdict verdict = PictureVerdict::unreadable;
        std::string reason; ///< a sentence with the way out
    };
    struct Class {
        std::string name;
        std::int64_t train = 0, test = 0; ///< pictures, whatever their verdict
    };
    /// Pictures that are ok whose shorter side has `from` to `to` pixels.
    struct Sizes {
        std::int64_t from = 0, to = 0, pictures = 0;
    };

    std::string path;
    std::string name;                                        ///< of the training pictures
    std::int64_t train = 0, test = 0;                        ///< pictures, whatever their verdict
    std::array<std::int64_t, kPictureVerdictCount> counts{}; ///< by verdict; problems that are no pictures, too
    std::vector<Problem> problems;                           ///< in the order of the files
    std::vector<Class> classes;
    std::vector<Sizes> sizes; ///< ascending, from the first to the last that has pictures
    std::int64_t leastWidth = 0, mostWidth = 0, leastHeight = 0, mostHeight = 0; ///< of pictures that are ok
    std::int64_t bytes = 0;      ///< of the files that hold the pictures
    std::int64_t otherFiles = 0; ///< that are no pictures by their names
    /// Of the training pictures that are ok; a share of them that is kept for measuring counts with them.
    std::optional<ColorStatistics> colors;
    Image meanPicture; ///< of the same, each squeezed into a square; empty: nobody asked, or none is ok

    std::int64_t count(PictureVerdict verdict) const { return counts[static_cast<std::size_t>(verdict)]; }
    std::int64_t usable() const { return count(PictureVerdict::ok); }
};

} // namespace dinoscope
