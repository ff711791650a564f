// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"

#include <functional>
#include <memory>

namespace CLI {
class App;
}

namespace dinoscope {

/// What a command does once its words are read. @throws Failure.
using Action = std::function<void()>;
using MakeEngine = std::function<std::unique_ptr<Engine>()>;

// Each adds a command with its options to `program` and hands `choose` what is to be done when it was called. The
// catalogue outlives both.
using Choose = std::function<void(Action action)>;
void addTrainCommand(CLI::App& program, const EngineCatalog& catalog, const MakeEngine& makeEngine,
                     const Choose& choose);
void addParamsCommand(CLI::App& program, const EngineCatalog& catalog, const Choose& choose);
void addBenchCommand(CLI::App& program, const EngineCatalog& catalog, const MakeEngine& makeEngine,
                     const Choose& choose);
/// `bench data`, to the command `bench`.
void addBenchDataCommand(CLI::App& bench, const MakeEngine& makeEngine, const Choose& choose);
void addEvalCommand(CLI::App& program, const MakeEngine& makeEngine, const Choose& choose);
void addExportCommand(CLI::App& program, const MakeEngine& makeEngine, const Choose& choose);
void addInspectCommand(CLI::App& program, const MakeEngine& makeEngine, const Choose& choose);
void addRunsCommand(CLI::App& program, const MakeEngine& makeEngine, const Choose& choose);
void addScanCommand(CLI::App& program, const MakeEngine& makeEngine, const Choose& choose);
void addVerifyCommand(CLI::App& program, const MakeEngine& makeEngine, const Choose& choose);

} // namespace dinoscope
