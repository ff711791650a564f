// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/background_worker.h"
#include "ui/lab_arithmetic.h"
#include "ui/probe_panel.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;

namespace dinoscope {

class PictureChooser;
class BarStrip;
class FreeLogits;
class MatrixView;
class ValueSlider;

/// The distributions that the run produces now, and what other temperatures would make of them: sliders act on a copy
/// at once, on a thread of their own, and can be sent to the run.
class LaboratoryPanel : public ProbePanel {
    Q_OBJECT

public:
    explicit LaboratoryPanel(const PanelContext& context, QWidget* parent = nullptr);
    void onNewRun() override;
    void onSnapshot(const Snapshot& snapshot) override;
    bool hasShown(Step step) const override { return ProbePanel::hasShown(step) && !worker_.isBusy(); }

    const LabFigures& figures() const { return figures_; }
    ValueSlider& teacherSlider() const { return *teacherSlider_; }
    QPushButton& applyButton() const { return *apply_; }
    QPushButton& resetButton() const { return *reset_; }
    FreeLogits& freeLogits() const { return *free_; }
    BarStrip& teacherSoftmax() const { return *teacherSoftmax_; }

protected:
    ProbeQuestion question() const override;
    void showAnswer(const ProbeResult& result) override;
    void showError(const Error& error) override;
    void showWaiting(bool waiting) override;

private:
    QWidget* makeSourceBar();
    QWidget* makeSliders();
    QWidget* makeDistributions();
    QWidget* makePairs();
    void fillViews();
    void moved();
    void resetToRun();
    void applyToRun();
    void compute();
    void showFigures();
    void updateButtons();

    QComboBox *source_, *studentView_, *teacherView_;
    PictureChooser* index_;
    QPushButton *freeze_, *apply_, *reset_;
    ValueSlider *studentSlider_, *teacherSlider_;
    QLabel *studentValue_, *teacherValue_, *status_, *pairWords_;
    QCheckBox* centered_;
    BarStrip *studentLogits_, *studentSoftmax_, *teacherLogits_, *teacherCentered_, *teacherSoftmax_, *center_, *wins_,
        *studentWins_;
    MatrixView* matrix_;
    FreeLogits* free_;
    double studentTemperature_ = 0.1, teacherTemperature_ = 0.04;
    bool whatIf_ = false; ///< the sliders were moved away from the run
    std::shared_ptr<const SoftmaxAnswer> answer_;
    LabFigures figures_;
    RunState state_ = RunState::empty;
    BackgroundWorker worker_;
};

} // namespace dinoscope
