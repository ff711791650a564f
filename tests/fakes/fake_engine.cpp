// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fakes/fake_engine.h"

#include "tests/fakes/scripted_runner.h"

namespace dinoscope {

std::unique_ptr<Engine> makeFakeEngine(std::shared_ptr<Script> script, EngineSettings settings) {
    return std::make_unique<ThreadedEngine>(std::make_unique<ScriptedRunner>(std::move(script)), std::move(settings));
}

} // namespace dinoscope
