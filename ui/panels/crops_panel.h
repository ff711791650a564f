// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/picture_panel.h"

#include <map>

class QLabel;
class QPushButton;

namespace dinoscope {

class CropBoard;
class CropParams;

/// One source picture, the boxes of its crops, the crops and how each was made; of the last batch, of any picture of
/// the data set or of one's own. The parameters that cut them can be changed here; whoever changes them, the crops
/// are cut again.
class CropsPanel : public PicturePanel {
    Q_OBJECT

public:
    explicit CropsPanel(const PanelContext& context, QWidget* parent = nullptr);
    void onNewRun() override;
    void onSnapshot(const Snapshot& snapshot) override;
    CropBoard& board() const { return *board_; }
    CropParams& params() const { return *params_; }
    QPushButton& rerollButton() const { return *reroll_; }
    QPushButton& freezeButton() const { return *freeze_; }
    /// What is said above the crops; empty: nothing.
    QString status() const;

protected:
    ProbeQuestion question() const override;
    void showAnswer(const ProbeResult& result) override;
    void showError(const Error& error) override;
    void showWaiting(bool waiting) override;

private:
    void followSource();
    /// A button that cannot act says why.
    void explain();
    void followParams(const Snapshot& snapshot);
    void say(const QString& sentence);
    /// Says what keeps a change from being seen at once.
    void showDelay();

    QPushButton *reroll_, *freeze_;
    CropParams* params_;
    QLabel* status_;
    CropBoard* board_;
    bool hasRun_ = false;
    std::int64_t rerolls_ = 0;
    std::map<std::string, ParamValue> cutBy_; ///< values in force at the last look
    std::optional<Step> changed_;             ///< step of the last change that the last batch does not show yet
};

} // namespace dinoscope
