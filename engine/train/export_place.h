// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace dinoscope {

struct ExportFormat;

/// The place of an export. It is written in a fresh folder beside it until it has been compared; that folder goes away
/// with the object. What is at the place already gives way only when that is allowed, and a folder only if it holds
/// nothing but files that an export writes: nobody's pictures go because a place was mistyped. Blocks.
class ExportPlace {
public:
    /// @throws EngineError(badInput) if the place is taken, (io) if there can be no such place.
    ExportPlace(std::string path, const ExportFormat& format, bool replace);
    ~ExportPlace();
    ExportPlace(const ExportPlace&) = delete;
    ExportPlace& operator=(const ExportPlace&) = delete;

    /// Where to write; of the same name as the place.
    const std::string& draft() const { return draft_; }
    /// Gives what was written its place. On a failure what was there before is there again.
    /// @throws EngineError as the constructor.
    void commit() const;

private:
    void checkTaken() const;

    std::string path_, folder_, draft_;
    bool isFolder_, replace_;
};

} // namespace dinoscope
