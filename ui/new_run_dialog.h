// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/error.h"
#include "ui/run_draft.h"

#include <QDialog>

#include <cstdint>
#include <optional>
#include <string>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace dinoscope {

class EngineBridge;
class PicturesField;

/// Asks for what a run needs before it starts and writes it into the draft when it is accepted. As long as nobody has
/// chosen a preset or changed a value it is the demo's for the demo's pictures and the one for pictures of one's own
/// for all others.
class NewRunDialog : public QDialog {
    Q_OBJECT

public:
    NewRunDialog(EngineBridge& bridge, RunDraft& draft, QWidget* parent = nullptr);
    /// Trains on these pictures, with the preset that suits them whatever was changed before.
    void setPictures(const QString& path);
    void accept() override;
    /// The draft is then as before.
    void reject() override;

protected:
    bool event(QEvent* event) override;

private:
    void addRows();
    void choosePreset(const std::string& id);
    void fill();
    void followPictures();
    void showFit();
    /// To train on; as many as one likes as long as that is not known.
    std::int64_t picturesFound() const;
    std::optional<Error> takeValues();
    void choosePlace();
    void suggestPlace();
    QWidget* makePlaceRow();

    RunDraft& draft_;
    const RunDraft::Settings before_;
    PicturesField* pictures_ = nullptr; ///< null if the engine takes no path
    QComboBox* presets_;
    QLabel *help_, *fit_, *message_;
    QLineEdit *seed_, *place_;
    QSpinBox* epochs_;
    QDoubleSpinBox* minutes_;
    QCheckBox *keep_, *responsive_;
    bool presetChosen_ = false, placeTyped_ = false;
};

} // namespace dinoscope
