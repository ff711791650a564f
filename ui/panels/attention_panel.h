// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/probe_panel.h"

#include <QTimer>

class QComboBox;
class QHBoxLayout;
class QLabel;
class QPushButton;

namespace dinoscope {

class PictureChooser;
class HeatMapView;
class ValueSlider;

/// Maps over the patches of a picture, the student's beside the teacher's: where the heads of a block look, one head or
/// their mean, from the class token or from a patch that was clicked; how strong the features of the patches are, all
/// channels or one; how alike the patches are. A convolutional network has the last two.
class AttentionPanel : public ProbePanel {
    Q_OBJECT

public:
    explicit AttentionPanel(const PanelContext& context, QWidget* parent = nullptr);
    void onNewRun() override;
    void onSnapshot(const Snapshot& snapshot) override;
    HeatMapView& studentView() const { return *student_; }
    HeatMapView& teacherView() const { return *teacher_; }
    std::size_t partCount() const { return parts_.size(); }
    PatchView view() const;

protected:
    ProbeQuestion question() const override;
    void showAnswer(const ProbeResult& result) override;
    void showError(const Error& error) override;
    void showWaiting(bool waiting) override;

private:
    QLayout* makePictureRow();
    QLayout* makeLookRow();
    void fillChoices();
    void fillParts();
    void forgetQuery();
    void chooseQuery(int patch);
    void choosePart(int part);
    void redraw();
    void showTiles(const QImage& picture);
    bool isConvolutional() const;
    /// "Head 3", "Channel 17"; for -1 what stands for all of them.
    QString partText(int part) const;
    QString queryText() const;
    /// Map of one part, or the whole for -1.
    std::vector<float> mapOf(const PatchMaps& maps, int part) const;

    PictureChooser* index_;
    QComboBox *view_, *block_, *part_, *side_, *colors_, *strip_;
    QPushButton* classToken_;
    ValueSlider* opacity_;
    HeatMapView *student_, *teacher_;
    QHBoxLayout* partRow_;
    std::vector<HeatMapView*> parts_;
    QLabel* status_;
    int query_ = -1;
    std::shared_ptr<const RunInfo> run_;
    AttentionAnswer answer_;
};

} // namespace dinoscope
