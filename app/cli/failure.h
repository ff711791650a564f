// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/error.h"

#include <stdexcept>
#include <string>

namespace dinoscope {

inline constexpr int kFailureCode = 1, kUsageCode = 2;

/// Ends the program with a sentence and an exit code.
class Failure : public std::runtime_error {
public:
    Failure(const std::string& sentence, int code) : std::runtime_error(sentence), code_(code) {}
    /// A wrong parameter is a wrong call, all else a failure.
    explicit Failure(const Error& error)
        : Failure(error.message, error.code == ErrorCode::badParameter ? kUsageCode : kFailureCode) {}
    int code() const { return code_; }

private:
    int code_;
};

} // namespace dinoscope
