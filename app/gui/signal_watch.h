// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <functional>

namespace dinoscope {

/// Turns SIGINT and SIGTERM into a call on the GUI thread. One at a time in a program.
class SignalWatch : public QObject {
    Q_OBJECT

public:
    explicit SignalWatch(std::function<void()> called, QObject* parent = nullptr);
    ~SignalWatch() override;

private:
    std::function<void()> called_;
};

} // namespace dinoscope
