// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/param.h"
#include "engine/backbones/backbone_options.h"
#include "engine/heads/dino_head.h"

#include <string>
#include <utility>
#include <vector>

namespace dinoscope {

struct ModelFile;

/// The parameters of a run that goes on from a file.
struct ModelParams {
    std::vector<std::pair<std::string, ParamValue>> values; ///< by id
    std::vector<std::string> open; ///< ids of parameters that the file leaves open and a person has to give
};

/// Shapes come from the tensors: architecture, patch, widths, depth, position table, the head. The number of attention
/// heads is that of the architecture of the same width and depth; where there is none, `backbone.heads` is open.
/// Options of the training come from `args` under the official names (main_dino.py); `optim.epochs` is open if the
/// file's epochs are all done. @throws EngineError(badInput) that names the file if its tensors are no network this
/// program can build.
ModelParams paramsOf(const ModelFile& file);

/// The backbone that fits the file's tensors; `heads` 0: that of the matching architecture.
/// @throws EngineError as paramsOf, and (badParameter) if the number of heads is open and not given, or does not
/// divide.
BackboneOptions backboneOf(const ModelFile& file, std::int64_t heads);

} // namespace dinoscope
