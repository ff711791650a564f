// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/command.h"
#include "engine/api/snapshot.h"

#include <QString>

#include <functional>

class QObject;

namespace dinoscope {

class EngineBridge;
class RunDraft;

/// Why a change of this parameter cannot reach the open run; empty: it can.
QString liveRefusal(const ParamSpec& spec, RunState state, const ParamSet* runParams);

/// Sends a change to the run. Once it is applied the draft takes it over, so that the next run starts from what this
/// one has become; then `answered` is called, unless `context` is gone by then.
CommandId sendParam(EngineBridge& bridge, RunDraft& draft, const QObject* context, const std::string& id,
                    ParamValue value, std::function<void(CommandId, const Acknowledgement&)> answered);

} // namespace dinoscope
