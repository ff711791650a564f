// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace dinoscope {

/// Counts SIGINT and SIGTERM for its lifetime and makes a file descriptor readable, so that a poll() can wait for
/// signals and for the engine at once. One at a time in a program. From the third signal on, the program ends at once
/// with code 130.
class Interrupts {
public:
    Interrupts();
    ~Interrupts();
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;

    /// Signals so far.
    static int count();
    /// Makes a waiting wait() return. Any thread.
    static void wake();
    /// Blocks until a signal or wake() came since the last call, or the time is over.
    static void wait(int timeoutMs);
};

} // namespace dinoscope
