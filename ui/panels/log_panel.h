// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panel.h"

namespace dinoscope {

class LogView;

/// What happened, in the engine's sentences.
class LogPanel : public Panel {
    Q_OBJECT

public:
    explicit LogPanel(const PanelContext& context, QWidget* parent = nullptr);
    void onLog(const LogLine& line) override;
    LogView& view() const { return *view_; }

private:
    LogView* view_;
};

} // namespace dinoscope
