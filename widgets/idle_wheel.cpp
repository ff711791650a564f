// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/idle_wheel.h"

#include <QEvent>
#include <QWidget>

namespace dinoscope {
namespace {

class IdleWheel : public QObject {
public:
    using QObject::QObject;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() != QEvent::Wheel || static_cast<QWidget*>(watched)->hasFocus())
            return false;
        event->ignore();
        return true;
    }
};

} // namespace

void leaveIdleWheel(QWidget& field) {
    field.setFocusPolicy(Qt::StrongFocus);
    field.installEventFilter(new IdleWheel(&field));
}

} // namespace dinoscope
