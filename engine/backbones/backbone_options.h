// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace dinoscope {

class Backbone;
class FieldList;

/// What network to build. Width, depth and heads of 0 are those of the architecture; for ResNets they have no meaning.
struct BackboneOptions {
    std::string arch = "vit_small"; ///< an id of backboneList()
    std::int64_t patchSize = 16;
    std::int64_t width = 0;     ///< D
    std::int64_t depth = 0;     ///< blocks
    std::int64_t heads = 0;     ///< attention heads; must divide the width
    std::int64_t imageSize = 0; ///< side the position table is made for; 0: of the architecture
    std::int64_t channels = 0;  ///< of the pictures; 0: 3, or those of the data set that is trained on
    double mlpRatio = 4;
    double dropPathRate = 0.1; ///< stochastic depth of the student's last block; the teacher has none
};

void declare(FieldList& fields, BackboneOptions& options);

/// One network the program can build. `convolutional` ones have no tokens.
struct BackboneInfo {
    std::string id, label;
    bool convolutional = false;
    std::int64_t width = 0, depth = 0, heads = 0, imageSize = 224;
    std::string sameAs; ///< id this one is another name of, or empty
};

/// Every backbone, in display order. The one place where they are listed.
const std::vector<BackboneInfo>& backboneList();

/// @throws EngineError(badParameter) for an id that is not in the list; the sentence names the ids there are.
const BackboneInfo& findBackbone(const std::string& id);

/// Options with all zeros replaced by the architecture's values. @throws as findBackbone, and EngineError(badParameter)
/// if heads do not divide the width or the picture is smaller than a patch.
BackboneOptions resolve(const BackboneOptions& options);

/// Builds the network with unfilled weights. `student` false leaves stochastic depth out. @throws as resolve().
std::shared_ptr<Backbone> makeBackbone(const BackboneOptions& options, bool student);

} // namespace dinoscope
