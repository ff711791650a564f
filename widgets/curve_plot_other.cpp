// SPDX-License-Identifier: GPL-3.0-or-later
// The curves of another run behind those of a plot.
#include "widgets/curve_plot_series.h"

#include <algorithm>

namespace dinoscope {
namespace {

constexpr std::size_t kMarks = 7;
constexpr double kMarkPx = 7;

/// Further from the ground than the run's own colour, so that it is as easy to see.
QColor otherColor(const QColor& color, bool dark) { return dark ? color.lighter(150) : color.darker(170); }

} // namespace

void CurvePlot::setOther(std::size_t curve, const std::vector<double>& x, const std::vector<double>& y) {
    Series& series = *series_.at(curve);
    series.other.clear();
    for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i)
        series.other.append(x[i], y[i]);
    series.other.setSmoothing(smoothing_);
    if (!series.otherLine) {
        series.otherLine = plot_->addGraph();
        series.otherMarks = plot_->addGraph();
        series.otherMarks->setLineStyle(QCPGraph::lsNone);
    }
    changed_ = true;
    applyTheme();
}

void CurvePlot::clearOther() {
    for (const auto& series : series_) {
        if (!series->otherLine)
            continue;
        plot_->removeGraph(series->otherLine);
        plot_->removeGraph(series->otherMarks);
        series->otherLine = series->otherMarks = nullptr;
        series->other.clear();
        changed_ = true;
    }
}

std::size_t CurvePlot::otherPointCount(std::size_t curve) const { return series_.at(curve)->other.size(); }

void CurvePlot::sampleOther(Series& series, int columns) {
    if (!series.otherLine)
        return;
    const QCPRange range = plot_->xAxis->range();
    const SeriesStore::Sample points = series.other.sample(range.lower, range.upper, columns, logX_);
    QVector<double> x, y, markX, markY;
    for (std::size_t i = 0; i < points.smoothX.size(); ++i)
        if ((!logX_ || points.smoothX[i] > 0) && (!logY_ || points.smoothY[i] > 0)) {
            x.push_back(points.smoothX[i]);
            y.push_back(points.smoothY[i]);
        }
    const auto count = static_cast<std::size_t>(x.size());
    for (std::size_t mark = 0; mark < std::min(kMarks, count); ++mark) {
        const auto at = static_cast<qsizetype>((2 * mark + 1) * count / (2 * std::min(kMarks, count)));
        markX.push_back(x[at]);
        markY.push_back(y[at]);
    }
    series.otherLine->setData(x, y, true);
    series.otherMarks->setData(markX, markY, true);
}

void CurvePlot::colorOther(Series& series) {
    if (!series.otherLine)
        return;
    const QColor color = otherColor(themeColor(series.curve.role, palette()), isDark(palette()));
    series.otherLine->setPen(QPen(color, 1, series.curve.dashed ? Qt::DashLine : Qt::SolidLine));
    series.otherMarks->setScatterStyle(
        QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(color, 1.3), themeColor(ColorRole::panel, palette()), kMarkPx));
}

} // namespace dinoscope
