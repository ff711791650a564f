// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/ids.h"

#include <string>

namespace dinoscope {

enum class ErrorCode {
    badInput,
    badParameter,
    notAllowed,
    notFound,
    io,
    outOfMemory,
    nonFinite,
    noPictures, ///< a set of pictures cannot be read now, or too little of it; its folder may come back
    cancelled,
    internal
};

/// What went wrong, as a value that may cross threads.
struct Error {
    ErrorCode code = ErrorCode::internal;
    std::string domain;  ///< the room that failed: "data", "train", ...
    std::string message; ///< one sentence for the person: what happened and what to do next
    std::string detail;  ///< for the log: both values of a failed check, system errors
    Step step{};         ///< the step in force when it happened
};

} // namespace dinoscope
