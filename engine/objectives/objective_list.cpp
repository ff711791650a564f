// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/objectives/objective_list.h"

namespace dinoscope {

const std::vector<NamedEntry>& objectiveList() {
    static const std::vector<NamedEntry> list = {
        {"dino", "DINO",
         "Self-distillation with no labels: the student predicts the centred, sharpened output of its own moving "
         "average across views."},
    };
    return list;
}

} // namespace dinoscope
