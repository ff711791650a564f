// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/series_store.h"

#include <algorithm>
#include <cmath>

namespace dinoscope {
namespace {

constexpr std::size_t kFanOut = 16;
constexpr std::size_t kBulkPoints = 4096;

} // namespace

bool SeriesStore::append(double x, double y) {
    if (!std::isfinite(x) || !std::isfinite(y))
        return false;
    if (x_.empty() || x > x_.back()) {
        x_.push_back(x);
        y_.push_back(y);
        return true;
    }
    const auto place = std::lower_bound(x_.begin(), x_.end(), x);
    if (*place == x)
        return false;
    const auto index = place - x_.begin();
    x_.insert(place, x);
    y_.insert(y_.begin() + index, y);
    clean_ = std::min(clean_, static_cast<std::size_t>(index));
    return true;
}

void SeriesStore::clear() {
    const double smoothing = smoothing_;
    *this = {};
    smoothing_ = smoothing;
}

bool SeriesStore::setSmoothing(double smoothing) {
    if (smoothing == smoothing_)
        return false;
    smoothing_ = smoothing;
    clean_ = 0;
    return true;
}

void SeriesStore::bringUpToDate() {
    if (clean_ == x_.size() && smooth_.size() == x_.size())
        return;
    smooth_.resize(x_.size());
    average_.resize(x_.size());
    double average = clean_ == 0 ? 0 : average_[clean_ - 1];
    double pull = std::pow(smoothing_, static_cast<double>(clean_));
    for (std::size_t i = clean_; i < x_.size(); ++i) {
        average = smoothing_ * average + (1 - smoothing_) * y_[i];
        pull *= smoothing_;
        average_[i] = average;
        smooth_[i] = average / (1 - pull);
    }
    rawPyramid_.rebuild(y_, clean_);
    smoothPyramid_.rebuild(smooth_, clean_);
    clean_ = x_.size();
}

const std::vector<double>& SeriesStore::smoothed() {
    bringUpToDate();
    return smooth_;
}

void SeriesStore::Pyramid::rebuild(const std::vector<double>& values, std::size_t from) {
    std::size_t below = values.size();
    for (std::size_t level = 0; below > kFanOut; ++level) {
        if (levels_.size() <= level)
            levels_.emplace_back();
        const std::size_t count = (below + kFanOut - 1) / kFanOut;
        std::vector<Block>& blocks = levels_[level];
        blocks.resize(count);
        from /= kFanOut;
        for (std::size_t i = std::min(from, count - 1); i < count; ++i) {
            const auto of = [&](std::size_t j) { return level == 0 ? Block{j, j} : levels_[level - 1][j]; };
            Block block = of(i * kFanOut);
            for (std::size_t j = i * kFanOut + 1; j < std::min((i + 1) * kFanOut, below); ++j) {
                const Block part = of(j);
                block.least = values[part.least] < values[block.least] ? part.least : block.least;
                block.most = values[part.most] > values[block.most] ? part.most : block.most;
            }
            blocks[i] = block;
        }
        below = count;
    }
}

SeriesStore::Block SeriesStore::Pyramid::extremes(const std::vector<double>& values, std::size_t first,
                                                  std::size_t last) const {
    Block block{first, first};
    const auto add = [&](const Block& part) {
        block.least = values[part.least] < values[block.least] ? part.least : block.least;
        block.most = values[part.most] > values[block.most] ? part.most : block.most;
    };
    // Whole blocks as high up as they fit, the ends one level lower.
    std::size_t level = 0;
    const auto at = [&](std::size_t i) { return level == 0 ? Block{i, i} : levels_[level - 1][i]; };
    while (first < last) {
        const bool higher = level < levels_.size() && last - first >= 2 * kFanOut;
        const std::size_t firstWhole = higher ? (first + kFanOut - 1) / kFanOut * kFanOut : last;
        const std::size_t lastWhole = higher ? last / kFanOut * kFanOut : last;
        for (std::size_t i = first; i < firstWhole; ++i)
            add(at(i));
        for (std::size_t i = lastWhole; i < last; ++i)
            add(at(i));
        if (!higher)
            break;
        first = firstWhole / kFanOut;
        last = lastWhole / kFanOut;
        ++level;
    }
    return block;
}

std::optional<double> SeriesStore::valueAt(double at) const {
    const auto after = std::upper_bound(x_.begin(), x_.end(), at);
    if (after == x_.begin())
        return std::nullopt;
    return y_[static_cast<std::size_t>(after - x_.begin() - 1)];
}

SeriesStore::Sample SeriesStore::sample(double low, double high, int columns, bool logarithmicX) {
    bringUpToDate();
    Sample result;
    if (x_.empty() || !(low < high))
        return result;
    auto begin = std::lower_bound(x_.begin(), x_.end(), low), end = std::upper_bound(x_.begin(), x_.end(), high);
    begin -= begin == x_.begin() ? 0 : 1;
    end += end == x_.end() ? 0 : 1;
    const auto first = static_cast<std::size_t>(begin - x_.begin()), last = static_cast<std::size_t>(end - x_.begin());
    const auto take = [&](std::vector<double>& x, std::vector<double>& y, const std::vector<double>& values,
                          std::size_t i) {
        x.push_back(x_[i]);
        y.push_back(values[i]);
    };
    const auto count = static_cast<std::size_t>(std::max(1, columns));
    if (last - first <= 4 * count) {
        for (std::size_t i = first; i < last; ++i) {
            take(result.x, result.y, y_, i);
            take(result.smoothX, result.smoothY, smooth_, i);
        }
        return result;
    }
    const bool logarithmic = logarithmicX && low > 0;
    std::size_t from = first;
    for (std::size_t column = 0; column < count && from < last; ++column) {
        const double share = static_cast<double>(column + 1) / static_cast<double>(count);
        const double edge = logarithmic ? low * std::pow(high / low, share) : low + share * (high - low);
        const std::size_t to =
            column + 1 == count
                ? last
                : static_cast<std::size_t>(std::lower_bound(x_.begin() + static_cast<std::ptrdiff_t>(from), end, edge) -
                                           x_.begin());
        if (to == from)
            continue;
        const Block raw = rawPyramid_.extremes(y_, from, to), smooth = smoothPyramid_.extremes(smooth_, from, to);
        std::size_t places[] = {from, std::min(raw.least, raw.most), std::max(raw.least, raw.most), to - 1};
        for (std::size_t i = 0; i < 4; ++i)
            if (i == 0 || places[i] != places[i - 1])
                take(result.x, result.y, y_, places[i]);
        take(result.smoothX, result.smoothY, smooth_, std::min(smooth.least, smooth.most));
        if (smooth.least != smooth.most)
            take(result.smoothX, result.smoothY, smooth_, std::max(smooth.least, smooth.most));
        from = to;
    }
    return result;
}

std::optional<std::pair<double, double>> SeriesStore::bulk(bool positiveOnly) const {
    std::vector<double> values;
    const std::size_t stride = y_.size() / kBulkPoints + 1;
    values.reserve(y_.size() / stride + 2);
    const auto add = [&](double value) {
        if (!positiveOnly || value > 0)
            values.push_back(value);
    };
    for (std::size_t i = 0; i < y_.size(); i += stride)
        add(y_[i]);
    if (stride > 1)
        add(y_.back());
    if (values.empty())
        return std::nullopt;
    const auto cut = static_cast<std::ptrdiff_t>(values.size() / 200);
    const auto low = values.begin() + cut;
    std::nth_element(values.begin(), low, values.end());
    const double least = *low;
    const auto high = values.end() - 1 - cut;
    std::nth_element(values.begin(), high, values.end());
    return std::pair(least, *high);
}

} // namespace dinoscope
