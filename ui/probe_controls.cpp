// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/probe_controls.h"

#include <QEvent>
#include <QPushButton>

namespace dinoscope {
namespace {

class IconButton : public QPushButton {
public:
    IconButton(LineIcon icon, const QString& text, QWidget* parent) : QPushButton(text, parent), icon_(icon) {
        setIcon(lineIcon(icon_, palette()));
        if (text.isEmpty())
            setFixedWidth(32);
    }

protected:
    void changeEvent(QEvent* event) override {
        QPushButton::changeEvent(event);
        if (event->type() == QEvent::PaletteChange)
            setIcon(lineIcon(icon_, palette()));
    }

private:
    LineIcon icon_;
};

} // namespace

QPushButton* toolButton(LineIcon icon, const QString& text, const QString& tip, QWidget* parent) {
    auto* button = new IconButton(icon, text, parent);
    button->setToolTip(tip);
    button->setAccessibleName(text.isEmpty() ? tip : text);
    return button;
}

} // namespace dinoscope
