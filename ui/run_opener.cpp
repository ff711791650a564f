// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run_opener.h"

#include "ui/engine_bridge.h"
#include "ui/texts.h"

#include <utility>

namespace dinoscope {

RunOpener::RunOpener(EngineBridge& bridge, QObject* parent) : QObject(parent), bridge_(bridge) {}

void RunOpener::open(LoadCommand command) {
    bridge_.post(std::move(command), this, [this](const Acknowledgement& answer) {
        if (!answer.refused) {
            bridge_.post(RequestHistoryCommand{});
            emit opened();
        } else if (answer.refused->code != ErrorCode::cancelled) {
            emit failed(textOf(answer.refused->message));
        }
    });
}

void RunOpener::openFolder(const QString& folder) {
    LoadCommand command;
    command.path = command.run.runFolder = folder.toStdString();
    command.look = true;
    open(std::move(command));
}

} // namespace dinoscope
