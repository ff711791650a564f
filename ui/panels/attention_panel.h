// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/picture_panel.h"

#include <QTimer>

class QComboBox;
class QBoxLayout;
class QGridLayout;
class QLabel;
class QPushButton;

namespace dinoscope {

class HeatMapView;
class ValueSlider;

/// Maps over the patches of a picture, the student's beside the teacher's: where the heads of a block look, one head or
/// their mean, from the class token or from a patch that was clicked; how strong the features of the patches are, all
/// channels or one; how alike the patches are. A convolutional network has the last two. One answer can be held below
/// the one that follows the controls, to compare two moments, pictures or blocks.
class AttentionPanel : public PicturePanel {
    Q_OBJECT

public:
    explicit AttentionPanel(const PanelContext& context, QWidget* parent = nullptr);
    void onNewRun() override;
    void onSnapshot(const Snapshot& snapshot) override;
    HeatMapView& studentView() const { return *student_; }
    HeatMapView& teacherView() const { return *teacher_; }
    /// Of the answer that is held; hidden while none is.
    HeatMapView& heldStudentView() const { return *heldStudent_; }
    HeatMapView& heldTeacherView() const { return *heldTeacher_; }
    QPushButton& holdButton() const { return *hold_; }
    std::size_t partCount() const { return parts_.size(); }
    PatchView view() const;

protected:
    void resizeEvent(QResizeEvent* event) override;
    ProbeQuestion question() const override;
    void showAnswer(const ProbeResult& result) override;
    void showError(const Error& error) override;
    void showWaiting(bool waiting) override;

private:
    QLayout* makeControls();
    void connectControls();
    /// Small maps beside the large ones where the panel is wide, else below them.
    void arrangeParts();
    void fillChoices();
    void fillParts();
    void forgetQuery();
    void chooseQuery(int patch);
    void choosePart(int part);
    /// An answer with what was asked.
    struct Shown {
        AttentionAnswer answer;
        int query = -1;
        QString step;
    };
    void hold(bool on);
    void redraw();
    void draw(HeatMapView& student, HeatMapView& teacher, const Shown& shown);
    void showTiles(const QImage& picture);
    bool isConvolutional() const;
    /// "Head 3", "Channel 17"; for -1 what stands for all of them.
    static QString partText(const AttentionAnswer& answer, int part);
    QString queryText(const Shown& shown) const;

    QComboBox *view_, *block_, *part_, *side_, *colors_, *strip_;
    QPushButton *classToken_, *hold_;
    ValueSlider* opacity_;
    HeatMapView *student_, *teacher_, *heldStudent_, *heldTeacher_;
    QBoxLayout* maps_; ///< large ones, then small ones
    QGridLayout* partGrid_;
    std::vector<HeatMapView*> parts_;
    QLabel* status_;
    int query_ = -1;
    std::shared_ptr<const RunInfo> run_;
    AttentionAnswer answer_;
    std::optional<Shown> held_;
};

} // namespace dinoscope
