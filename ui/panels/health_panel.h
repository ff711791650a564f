// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panel.h"

#include "widgets/series_store.h"

#include <QElapsedTimer>

#include <map>
#include <optional>

class QGridLayout;
class QLabel;

namespace dinoscope {

class MeterBar;
class ShareBar;

/// Whether training is about to collapse, in a few meters, each with what to do; where the time of a step went; memory.
class HealthPanel : public Panel {
    Q_OBJECT

public:
    explicit HealthPanel(const PanelContext& context, QWidget* parent = nullptr);

    void onNewRun() override;
    void onSnapshot(const Snapshot& snapshot) override;
    void onPoints(const std::vector<MetricPoint>& points, quint64 lost) override;

    MeterBar& lossMeter() const { return *loss_; }
    MeterBar& entropyMeter() const { return *entropy_; }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void layOut(int columns);
    /// The newest value, or that of the moment which the panels show.
    std::optional<double> last(const std::string& metric) const;
    QString parameter(const char* id) const;
    void followMoment();
    void judge();
    void judgeLoss(double uniform);
    void judgeEntropy(double uniform);
    void judgeSpread();
    void judgePrototypes();
    void judgeGradient();
    void judgeWaiting();

    MeterBar *loss_, *entropy_, *spread_, *prototypes_, *gradient_, *waiting_;
    ShareBar* times_;
    QGridLayout* grid_ = nullptr;
    int columns_ = 0;
    QLabel* memory_;
    QLabel* moment_;
    std::map<std::string, double> values_;
    std::map<std::string, SeriesStore> past_; ///< of the metrics that are judged
    std::shared_ptr<const RunInfo> run_;
    QElapsedTimer shown_;
    bool isTraining_ = false;
};

} // namespace dinoscope
