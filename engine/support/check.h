// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/error.h"

#include <sstream>
#include <stdexcept>
#include <string>

namespace dinoscope {

/// What rooms of the engine throw; the engine loop catches it once and publishes the Error inside.
class EngineError : public std::runtime_error {
public:
    explicit EngineError(Error error) : std::runtime_error(error.message), error_(std::move(error)) {}
    EngineError(ErrorCode code, std::string domain, std::string message, std::string detail = {})
        : EngineError(Error{code, std::move(domain), std::move(message), std::move(detail), {}}) {}
    const Error& error() const { return error_; }

private:
    Error error_;
};

/// Throws EngineError(ErrorCode::internal) with both values when they differ.
template <class A, class B> void checkEqual(const A& a, const B& b, const char* domain, const std::string& what) {
    if (!(a == b)) {
        std::ostringstream text;
        text << what << ": " << a << " is not " << b;
        throw EngineError(ErrorCode::internal, domain, text.str());
    }
}

} // namespace dinoscope
