// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/probes/neighbours_probe.h"

#include "engine/support/check.h"

#include <algorithm>
#include <numeric>
#include <string>

namespace dinoscope {
namespace {

constexpr std::int64_t kMostNeighbours = 1000;

} // namespace

std::optional<std::int64_t> FeatureBank::rowOf(SampleIndex sample) const {
    const auto found = std::find(samples.begin(), samples.end(), sample);
    return found == samples.end() ? std::nullopt : std::optional(std::int64_t{found - samples.begin()});
}

Image bankPicture(const FeatureBank& bank, std::int64_t row) {
    const torch::Tensor planes = bank.pictures.select(0, row); // (C, S, S)
    const torch::Tensor pixels = planes.permute({1, 2, 0}).contiguous();
    const auto* bytes = pixels.data_ptr<std::uint8_t>();
    return {static_cast<int>(planes.size(2)),
            static_cast<int>(planes.size(1)),
            static_cast<int>(planes.size(0)),
            {bytes, bytes + pixels.numel()}};
}

std::vector<Neighbour> nearestReferences(const FeatureBank& bank, const torch::Tensor& features,
                                         const torch::Tensor& query, std::optional<std::int64_t> without,
                                         std::int64_t count) {
    if (count < 1 || count > kMostNeighbours)
        throw EngineError(ErrorCode::badInput, "probes",
                          std::to_string(count) + " neighbours are asked for: ask for 1 to " +
                              std::to_string(kMostNeighbours));
    checkEqual(query.numel(), features.size(1), "probes", "features of the picture and of the references");
    const torch::NoGradGuard noGrad;
    const torch::Tensor product = features.mv(query).contiguous(); // (N)
    const float* similarity = product.data_ptr<float>();
    std::vector<std::int64_t> rows(static_cast<std::size_t>(product.numel()));
    std::iota(rows.begin(), rows.end(), 0);
    if (without)
        rows.erase(rows.begin() + *without);
    const auto end = rows.begin() + std::min(count, static_cast<std::int64_t>(rows.size()));
    std::partial_sort(rows.begin(), end, rows.end(), [similarity](std::int64_t a, std::int64_t b) {
        // NaN, of a network that failed, comes last.
        const bool aCounts = similarity[a] == similarity[a], bCounts = similarity[b] == similarity[b];
        if (aCounts != bCounts)
            return aCounts;
        return aCounts && similarity[a] != similarity[b] ? similarity[a] > similarity[b] : a < b;
    });
    std::vector<Neighbour> nearest;
    for (auto row = rows.begin(); row != end; ++row)
        nearest.push_back({bank.samples[static_cast<std::size_t>(*row)].value, similarity[*row],
                           static_cast<std::int32_t>(bank.labels[*row].item<std::int64_t>()), bankPicture(bank, *row)});
    return nearest;
}

} // namespace dinoscope
