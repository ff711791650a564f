// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/runtime/threaded_engine.h"
#include "tests/fakes/script.h"

#include <memory>

namespace dinoscope {

/// The real runtime around a ScriptedRunner. Keep `script` to hold, fail or watch it.
std::unique_ptr<Engine> makeFakeEngine(std::shared_ptr<Script> script = std::make_shared<Script>(),
                                       EngineSettings settings = {});

} // namespace dinoscope
