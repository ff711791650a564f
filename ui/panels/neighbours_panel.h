// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/picture_panel.h"

#include <QTimer>

class QComboBox;
class QLabel;
class QPushButton;

namespace dinoscope {

class PictureStrip;

/// The pictures nearest to one picture in the features of the student and of the teacher. A click on one of them asks
/// for its own neighbours. The features of the references are those of the run's newest evaluation; when there was none
/// yet and the panel is looked at, it asks for one. At a kept moment they are computed when somebody looks.
class NeighboursPanel : public PicturePanel {
    Q_OBJECT

public:
    explicit NeighboursPanel(const PanelContext& context, QWidget* parent = nullptr);
    void onNewRun() override;
    void onSnapshot(const Snapshot& snapshot) override;
    bool hasShown(Step step) const override;
    PictureStrip& studentStrip() const { return *student_; }
    PictureStrip& teacherStrip() const { return *teacher_; }
    QPushButton& measureButton() const { return *measure_; }

signals:
    /// The features of the present networks are wanted.
    void measureAsked();

protected:
    ProbeQuestion question() const override;
    void showAnswer(const ProbeResult& result) override;
    void showError(const Error& error) override;
    void showWaiting(bool waiting) override;

private:
    QLayout* makeControls();
    void fillStrip(PictureStrip& strip, const std::vector<Neighbour>& neighbours, const NeighboursAnswer& answer);
    QString className(std::int32_t label) const;
    void choose(const std::vector<Neighbour>& neighbours, int tile);
    void say(const QString& sentence);

    QComboBox* count_;
    QPushButton* measure_;
    QLabel* status_;
    PictureStrip *picture_, *student_, *teacher_;
    std::shared_ptr<const RunInfo> run_;
    NeighboursAnswer answer_;
    bool measureAsked_ = false; ///< of this run, by the panel itself
    QTimer again_;              ///< until the features for a kept moment have been computed
    int tries_ = 0;
};

} // namespace dinoscope
