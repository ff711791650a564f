// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/probe_panel.h"

#include <QTimer>

class QComboBox;
class QHBoxLayout;
class QLabel;
class QPushButton;
class QSpinBox;

namespace dinoscope {

class HeatMapView;
class ValueSlider;

/// Where the heads of a block look, the student's beside the teacher's: one head or their mean, from the class token or
/// from a patch that was clicked.
class AttentionPanel : public ProbePanel {
    Q_OBJECT

public:
    explicit AttentionPanel(const PanelContext& context, QWidget* parent = nullptr);
    void onNewRun() override;
    void onSnapshot(const Snapshot& snapshot) override;
    HeatMapView& studentView() const { return *student_; }
    HeatMapView& teacherView() const { return *teacher_; }
    std::size_t headCount() const { return heads_.size(); }

protected:
    ProbeQuestion question() const override;
    void showAnswer(const ProbeResult& result) override;
    void showError(const Error& error) override;
    void showWaiting(bool waiting) override;

private:
    QLayout* makePictureRow();
    QLayout* makeLookRow();
    void fillChoices();
    void chooseQuery(int patch);
    void chooseHead(int head);
    void redraw();
    /// Map of one head of `maps`, or the mean for -1.
    std::vector<float> mapOf(const std::vector<float>& maps, std::int64_t head) const;

    QSpinBox* index_;
    QComboBox *block_, *head_, *side_, *colors_, *strip_;
    QPushButton* classToken_;
    ValueSlider* opacity_;
    HeatMapView *student_, *teacher_;
    QHBoxLayout* headRow_;
    std::vector<HeatMapView*> heads_;
    QLabel* status_;
    int query_ = -1;
    std::shared_ptr<const RunInfo> run_;
    AttentionAnswer answer_;
    Step step_{};
};

} // namespace dinoscope
