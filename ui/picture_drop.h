// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

class QLabel;
class QMimeData;
class QWidget;

namespace dinoscope {

/// Lets pictures be dropped on a widget and pasted into it (Ctrl+V while it or a widget in it has the focus). While
/// one is held over the widget it says so.
class PictureDrop : public QObject {
    Q_OBJECT

public:
    explicit PictureDrop(QWidget& target);
    /// What the clipboard holds, as if it had been pasted.
    void paste();

signals:
    void brought(const QMimeData& data);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void showHint(bool on);

    QWidget& target_;
    QLabel* hint_;
};

} // namespace dinoscope
