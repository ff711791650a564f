// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace dinoscope {

/// Short, printable form of a name from an untrusted file, in quotes.
std::string shownName(std::string_view name);

/// Throws EngineError(badInput): "'PATH' WHAT. ADVICE"; `what` begins with a verb.
[[noreturn]] void throwBadFile(const std::string& path, std::string_view what,
                               std::string_view advice = "Copy or download the file again.");

/// Throws EngineError(io): "'PATH' could not be DOING: REASON. What to check."
[[noreturn]] void throwIoFailure(const std::string& path, std::string_view doing, std::string_view reason);
/// The same with the system's reason.
[[noreturn]] void throwIoFailure(const std::string& path, std::string_view doing, int systemError);

} // namespace dinoscope
