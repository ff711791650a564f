// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/catalog.h"

#include "engine/objectives/objective_list.h"
#include "engine/probes/probe_list.h"
#include "engine/train/metrics.h"
#include "engine/train/presets.h"
#include "engine/train/run_settings.h"

namespace dinoscope {

EngineCatalog makeCatalog() {
    EngineCatalog catalog;
    catalog.params = ParamTable(declareRun());
    catalog.presets = presetList();
    catalog.metrics = metricList();
    for (const BackboneInfo& info : backboneList()) {
        std::string help = info.convolutional ? "A convolutional network without attention."
                                              : "A Vision Transformer of width " + std::to_string(info.width) +
                                                    " and depth " + std::to_string(info.depth) + ".";
        if (!info.sameAs.empty())
            help = "Another name of " + info.sameAs + ".";
        catalog.backbones.push_back({info.id, info.label, std::move(help)});
    }
    catalog.objectives = objectiveList();
    catalog.probes = probeList();
    return catalog;
}

} // namespace dinoscope
