// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/window_program.h"
#include "engine/api/crash_report.h"
#include "engine/api/make_engine.h"
#include "engine/api/process_setup.h"

int main(int argc, char** argv) {
    dinoscope::prepareProcess(argv);
    dinoscope::reportCrashes("dinoscope " DINOSCOPE_VERSION, argc, argv);
    return dinoscope::runWindowProgram(argc, argv, dinoscope::makeEngine);
}
