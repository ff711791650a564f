// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/make_engine.h"

#include "engine/runtime/threaded_engine.h"
#include "engine/train/training_runner.h"

namespace dinoscope {

std::unique_ptr<Engine> makeEngine() { return std::make_unique<ThreadedEngine>(std::make_unique<TrainingRunner>()); }

} // namespace dinoscope
