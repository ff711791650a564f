// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/window_program.h"
#include "tests/fakes/fake_engine.h"

#include <cstdlib>

/// FAKE_STEP_MS: how long a step lasts, 4 by default.
int main(int argc, char** argv) {
    return dinoscope::runWindowProgram(argc, argv, [] {
        auto script = std::make_shared<dinoscope::Script>();
        const char* step = std::getenv("FAKE_STEP_MS");
        script->stepTime = std::chrono::milliseconds(step ? std::atoi(step) : 4);
        script->evaluateEvery = 50;
        return dinoscope::makeFakeEngine(script);
    });
}
