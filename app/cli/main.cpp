// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command_line_program.h"
#include "engine/api/crash_report.h"
#include "engine/api/make_engine.h"
#include "engine/api/process_setup.h"

int main(int argc, char** argv) {
    dinoscope::prepareProcess(argv);
    dinoscope::reportCrashes("dinoscope-cli " DINOSCOPE_VERSION, argc, argv);
    return dinoscope::runCommandLineProgram(argc, argv, dinoscope::makeEngine);
}
