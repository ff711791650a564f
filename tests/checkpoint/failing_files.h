// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace dinoscope::testing {

/// Calls to the system that change files.
enum class FileCall { open, write, sync, rename, makeFolder };

/// While it lives, calls below one folder are counted, and some of them fail or end the process. The calls of the whole
/// test program come through here, those of its libraries too. One at a time; calls may come from any thread.
class FailingFiles {
public:
    explicit FailingFiles(std::string folder);
    ~FailingFiles();
    FailingFiles(const FailingFiles&) = delete;
    FailingFiles& operator=(const FailingFiles&) = delete;

    /// The n-th such call from now on, counted from 1, fails with errno `code`; with `forever` all later ones too.
    void failAt(FileCall call, int n, bool forever, int code);
    /// The process is killed in the middle of the n-th call of any kind: a write has written half of its bytes.
    void killAt(int n);
    /// Calls so far, of any kind.
    int calls() const;
    /// Whether a call has failed as ordered.
    bool hasFailed() const;
};

} // namespace dinoscope::testing
