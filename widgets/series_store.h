// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <utility>
#include <vector>

namespace dinoscope {

/// All points of one curve and a pyramid of least and largest values over them, so that drawing costs by the pixel, not
/// by the point. x grows strictly; a point of the past may come late. Every value is finite. One thread.
class SeriesStore {
public:
    /// What a picture of the curve needs: at most four raw points and two smoothed ones a column.
    struct Sample {
        std::vector<double> x, y;             ///< raw
        std::vector<double> smoothX, smoothY; ///< smoothed
    };

    /// @returns false where the value is not finite or the store has a point at `x` already.
    bool append(double x, double y);
    void clear();
    std::size_t size() const { return x_.size(); }
    const std::vector<double>& x() const { return x_; }
    const std::vector<double>& y() const { return y_; }

    /// s_i = s * s_(i-1) + (1 - s) * y_i from s_0 = 0, divided by 1 - s^(i+1): TensorBoard's average without the pull
    /// of its beginning. `smoothing` from 0 to below 1. @returns whether anything changed.
    bool setSmoothing(double smoothing);
    /// Of the whole series, whatever part is looked at.
    const std::vector<double>& smoothed();

    /// The value at the last x not above `at`.
    std::optional<double> valueAt(double at) const;
    /// The points from `low` to `high` and one neighbour on each side, thinned to `columns` columns that are even in x,
    /// or in its logarithm. In every column the least and the largest value are kept where they stand.
    Sample sample(double low, double high, int columns, bool logarithmicX);
    /// Where the middle 99 % of the values lie, of the positive ones only if so wished; above some thousands of points
    /// from evenly spaced ones and the newest. Empty where there are none.
    std::optional<std::pair<double, double>> bulk(bool positiveOnly) const;

private:
    /// Least and largest value of a block by their places.
    struct Block {
        std::size_t least, most;
    };
    class Pyramid {
    public:
        void rebuild(const std::vector<double>& values, std::size_t from);
        Block extremes(const std::vector<double>& values, std::size_t first, std::size_t last) const;

    private:
        std::vector<std::vector<Block>> levels_;
    };
    void bringUpToDate();

    std::vector<double> x_, y_, smooth_;
    std::vector<double> average_; ///< before division, to continue from any point
    Pyramid rawPyramid_, smoothPyramid_;
    double smoothing_ = 0;
    std::size_t clean_ = 0; ///< points before this one are in the average and in the pyramids
};

} // namespace dinoscope
