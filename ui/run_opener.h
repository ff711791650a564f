// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/command.h"

#include <QObject>
#include <QString>

namespace dinoscope {

class EngineBridge;

/// Opens runs that were kept: posts the command, and when it was applied asks for the curves of the past. GUI thread.
class RunOpener : public QObject {
    Q_OBJECT

public:
    explicit RunOpener(EngineBridge& bridge, QObject* parent = nullptr);

    void open(LoadCommand command);
    /// The run in `folder` at its newest checkpoint, also when it has come to its planned end.
    void openFolder(const QString& folder);

signals:
    void opened();
    /// With the engine's sentence; one that a person has given up says nothing.
    void failed(const QString& sentence);

private:
    EngineBridge& bridge_;
};

} // namespace dinoscope
