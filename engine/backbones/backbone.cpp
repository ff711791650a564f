// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/backbones/backbone.h"

#include "engine/support/check.h"

namespace dinoscope {

torch::Tensor Backbone::attention(const torch::Tensor&, std::int64_t, AttentionRows) {
    throw EngineError(ErrorCode::notAllowed, "backbones",
                      "A convolutional network has no attention. Look at its activation maps instead.");
}

} // namespace dinoscope
