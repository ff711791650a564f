// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace dinoscope {

/// To be called first in main(): makes idle OpenMP threads sleep instead of spin, which would take the cores from the
/// window and the loader. The OpenMP runtime reads its settings when it is loaded, before main(), so the program starts
/// itself again with OMP_WAIT_POLICY set; a value that the person has set is left alone. Also keeps the memory of freed
/// tensors inside the process, so that the next step need not ask the kernel for it again.
void prepareProcess(char** argv);

} // namespace dinoscope
