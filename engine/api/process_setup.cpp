// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/process_setup.h"

#include <malloc.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace dinoscope {

void prepareProcess(char** argv) {
    std::signal(SIGXFSZ, SIG_IGN);
    mallopt(M_MMAP_THRESHOLD, 256 << 20);
    mallopt(M_TRIM_THRESHOLD, 512 << 20);
    if (std::getenv("OMP_WAIT_POLICY"))
        return;
    setenv("OMP_WAIT_POLICY", "PASSIVE", 1);
    setenv("GOMP_SPINCOUNT", "20000", 0);
    execv("/proc/self/exe", argv); // returns only if it failed; then the program runs on with spinning threads
}

} // namespace dinoscope
