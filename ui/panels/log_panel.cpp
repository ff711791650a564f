// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/log_panel.h"

#include "ui/texts.h"
#include "widgets/log_view.h"

#include <QVBoxLayout>

namespace dinoscope {

LogPanel::LogPanel(const PanelContext& context, QWidget* parent) : Panel(context, parent), view_(new LogView(this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 8, 12, 8);
    column->addWidget(view_);
}

void LogPanel::onLog(const LogLine& line) {
    view_->append(static_cast<LogView::Weight>(line.level), line.step.value, textOf(line.text));
}

} // namespace dinoscope
