// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panel.h"

#include <QTimer>

#include <map>

class QCheckBox;
class QLabel;
class QPushButton;

namespace dinoscope {

class CurvePlot;
class ValueSlider;

/// All metrics of the catalogue over the step. Metrics of a group that share a unit share a large plot; the others are
/// small multiples, a student's and a teacher's value of one quantity together.
class CurvesPanel : public Panel {
    Q_OBJECT

public:
    explicit CurvesPanel(const PanelContext& context, QWidget* parent = nullptr);

    void onNewRun() override;
    void onSnapshot(const Snapshot& snapshot) override;
    void onPoints(const std::vector<MetricPoint>& points, quint64 lost) override;
    void onAcknowledgement(const Acknowledgement& acknowledgement) override;

    /// The plot that shows a metric; null for one that the catalogue does not hold.
    CurvePlot* plotOf(const std::string& metric) const;

private:
    struct Place {
        CurvePlot* plot = nullptr;
        std::size_t curve = 0;
    };
    void makePlots();
    void layOut(QWidget* parent);
    void exportPlots();
    void refresh();
    /// The cursor stands at the moment that the panels show; in the present there is none.
    void showMoment();
    void showOther();
    QWidget* makeControls();

    std::vector<Place> places_; ///< by metric
    std::vector<CurvePlot*> large_, small_;
    std::map<CurvePlot*, QString> groups_;
    std::map<CurvePlot*, bool> logarithmic_;
    QCheckBox *logX_, *logY_, *follow_;
    QWidget* other_; ///< legend and end of the comparison
    QLabel* otherName_;
    QPushButton* removeOther_;
    ValueSlider* smoothing_;
    QTimer refresh_;
    bool isTraining_ = false;
    std::shared_ptr<const RunInfo> run_;
};

} // namespace dinoscope
