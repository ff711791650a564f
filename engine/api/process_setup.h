// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace dinoscope {

/// To be called first in main(). Makes idle OpenMP threads sleep after a fraction of a millisecond: spinning for long
/// would take the cores from the window and the loader, sleeping at once costs a wake-up in each of the thousands of
/// parallel regions of a step, about a quarter of its speed on two cores. The OpenMP runtime reads its settings when it
/// is loaded, before main(), so the program starts itself again with OMP_WAIT_POLICY and GOMP_SPINCOUNT set; a wait
/// policy that the person has set is left alone. Also keeps the memory of freed tensors inside the process, so that the
/// next step need not ask the kernel for it again, and lets a file that may not grow fail as a full disk does instead
/// of ending the process.
void prepareProcess(char** argv);

} // namespace dinoscope
