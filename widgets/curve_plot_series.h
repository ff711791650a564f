// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/curve_plot.h"
#include "widgets/series_store.h"

#include <qcustomplot.h>

namespace dinoscope {

/// One curve, and the same of another run, as they are kept and drawn. For the sources of CurvePlot alone.
struct CurvePlot::Series {
    Curve curve;
    SeriesStore store;
    QCPGraph* raw = nullptr;
    QCPGraph* smooth = nullptr;

    SeriesStore other;
    QCPGraph* otherLine = nullptr;  ///< smoothed, of another lightness
    QCPGraph* otherMarks = nullptr; ///< a few rings along it
};

} // namespace dinoscope
