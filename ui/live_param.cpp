// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/live_param.h"

#include "ui/engine_bridge.h"
#include "ui/run_draft.h"
#include "ui/texts.h"

#include <QCoreApplication>

#include <utility>

namespace dinoscope {

QString liveRefusal(const ParamSpec& spec, RunState state, const ParamSet* runParams) {
    if (!isAllowed(state, CommandKind::setParam))
        return textOf(refusal(state, CommandKind::setParam));
    if (!runParams || !runParams->values().contains(spec.id))
        return QCoreApplication::translate("Params", "The open run does not have this parameter.");
    if (spec.takesEffect == TakesEffect::newRun)
        return QCoreApplication::translate("Params",
                                           "A run keeps this from its beginning: choose it for the next run in "
                                           "the Parameters.");
    return {};
}

CommandId sendParam(EngineBridge& bridge, RunDraft& draft, const QObject* context, const std::string& id,
                    ParamValue value, std::function<void(CommandId, const Acknowledgement&)> answered) {
    return bridge.post(SetParamCommand{id, std::move(value)}, context,
                       [&bridge, &draft, id, answered = std::move(answered)](const Acknowledgement& acknowledgement) {
                           const auto& params = bridge.snapshot()->params;
                           if (!acknowledgement.refused && params)
                               draft.set(id, params->at(id));
                           answered(acknowledgement.id, acknowledgement);
                       });
}

} // namespace dinoscope
