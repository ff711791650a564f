// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/model_file.h"

#include <optional>
#include <string>
#include <vector>

namespace dinoscope {

class PthFile;

/// Turns names of a foreign state dict into this program's.
class NetworkNames {
public:
    /// "backbone.…" or "head.…" without the prefixes of wrappers; nothing for what belongs to no such network, which is
    /// remembered.
    std::optional<std::string> own(std::string name);
    /// A sentence on what was left out.
    void report(std::vector<std::string>& notes) const;

    std::vector<std::string> leftOut;
};

/// "PyTorch file (ZIP container)", ...
std::string containerName(const PthFile& file);

/// Fills `model` with what an open .pth file holds.
void addPickled(ModelFile& model, const PthFile& file);

} // namespace dinoscope
