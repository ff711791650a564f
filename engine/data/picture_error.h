// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/scan.h"
#include "engine/support/check.h"

#include <string>
#include <utility>

namespace dinoscope {

/// One picture cannot be used; the others of its set can.
class PictureError : public EngineError {
public:
    /// `name` is what the person knows the picture by, `what` goes on from it: "is empty: get the picture again".
    PictureError(ErrorCode code, PictureVerdict verdict, const std::string& name, std::string what,
                 std::string detail = {})
        : EngineError(code, "data", name + " " + what, std::move(detail)), verdict_(verdict), what_(std::move(what)) {}
    PictureError(PictureVerdict verdict, const std::string& name, std::string what, std::string detail = {})
        : PictureError(ErrorCode::badInput, verdict, name, std::move(what), std::move(detail)) {}

    PictureVerdict verdict() const { return verdict_; }
    /// A sentence about the file that is named beside it.
    std::string reason() const { return "The file " + what_ + "."; }

private:
    PictureVerdict verdict_;
    std::string what_;
};

} // namespace dinoscope
