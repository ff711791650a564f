// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/probe_panel.h"

class QComboBox;
class QLabel;
class QPushButton;

namespace dinoscope {

class PictureChooser;
class CropBoard;

/// One source picture, the boxes of its crops, the crops and how each was made; of the last batch or of any picture.
class CropsPanel : public ProbePanel {
    Q_OBJECT

public:
    explicit CropsPanel(const PanelContext& context, QWidget* parent = nullptr);
    void onNewRun() override;
    CropBoard& board() const { return *board_; }

protected:
    ProbeQuestion question() const override;
    void showAnswer(const ProbeResult& result) override;
    void showError(const Error& error) override;
    void showWaiting(bool waiting) override;

private:
    bool fromBatch() const;
    void sourceChanged();

    QComboBox* source_;
    PictureChooser* index_;
    QPushButton *reroll_, *freeze_;
    QLabel* status_;
    CropBoard* board_;
    std::int64_t rerolls_ = 0;
};

} // namespace dinoscope
