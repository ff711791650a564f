// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace dinoscope {

/// To be called once in main(), after prepareProcess(). From then on a crash (SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL,
/// an exception that nobody catches) leaves a text file crash-YYYYMMDD-HHMMSS.txt (UTC): in the folder of the run that
/// is open, or without one in $XDG_STATE_HOME/dinoscope or ~/.local/state/dinoscope. It says program, time, signal,
/// run, step, command line and backtrace; a line on standard error names it. The process then ends by its signal, as
/// without a report. `program` is name and version. A stack that has run over is reported on the calling thread only.
void reportCrashes(const std::string& program, int argc, char** argv);

} // namespace dinoscope
