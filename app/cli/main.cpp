// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command_line_program.h"
#include "engine/api/make_engine.h"
#include "engine/api/process_setup.h"

int main(int argc, char** argv) {
    dinoscope::prepareProcess(argv);
    return dinoscope::runCommandLineProgram(argc, argv, dinoscope::makeEngine);
}
