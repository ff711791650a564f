// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/probes/samples_probe.h"

#include "engine/data/small_picture.h"
#include "engine/support/check.h"

#include <algorithm>
#include <string>
#include <utility>

namespace dinoscope {
namespace {

constexpr std::int64_t kLeastSide = 8, kMostSide = 512;

void check(const ImageSource& source, const SamplesRequest& request) {
    if (request.samples.empty() || request.samples.size() > kMostSamples)
        throw EngineError(ErrorCode::badInput, "probes",
                          std::to_string(request.samples.size()) + " pictures cannot be shown at once: choose 1 to " +
                              std::to_string(kMostSamples) + ".");
    if (request.side < kLeastSide || request.side > kMostSide)
        throw EngineError(ErrorCode::badInput, "probes",
                          "Pictures cannot be shown with " + std::to_string(request.side) + " pixels a side: choose " +
                              std::to_string(kLeastSide) + " to " + std::to_string(kMostSide) + ".");
    for (const std::int64_t sample : request.samples)
        if (sample < 0 || sample >= source.count())
            throw EngineError(ErrorCode::badInput, "probes",
                              "There is no picture " + std::to_string(sample) + " in " + source.name() +
                                  ": choose one from 0 to " + std::to_string(source.count() - 1));
}

/// The most that still leaves the longer side `side` pixels.
int shrinkFor(PictureSize size, int side) {
    int shrink = 8;
    while (shrink > 1 && std::max(size.width, size.height) / shrink < side)
        shrink /= 2;
    return shrink;
}

} // namespace

SamplesAnswer smallSamples(const ImageSource& source, const SamplesRequest& request, std::chrono::milliseconds limit) {
    check(source, request);
    const auto end = std::chrono::steady_clock::now() + limit;
    const int side = static_cast<int>(request.side);
    SamplesAnswer answer;
    Image buffer;
    for (const std::int64_t sample : request.samples) {
        if (!answer.pictures.empty() && std::chrono::steady_clock::now() >= end)
            break;
        const SampleIndex index{sample};
        SamplePicture picture{sample, source.label(index).value_or(-1), source.caption(index), {}, {}};
        try {
            picture.image = fittedPicture(
                source.glance(index, buffer, [side](PictureSize size) { return shrinkFor(size, side); }), side);
        } catch (const EngineError& error) {
            picture.problem = error.error().message;
        }
        answer.pictures.push_back(std::move(picture));
    }
    return answer;
}

} // namespace dinoscope
