// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

namespace dinoscope {

class Engine;

/// The whole program but for its engine: reads the command line, does what it says, returns the exit code: 0, 1 for a
/// failure, 2 for a wrong call; each failure with one sentence on standard error. Results go to standard output,
/// progress to standard error.
int runCommandLineProgram(int argc, char** argv, const std::function<std::unique_ptr<Engine>()>& makeEngine);

} // namespace dinoscope
