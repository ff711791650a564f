// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panel_table.h"

#include "ui/panels/attention_panel.h"
#include "ui/panels/crops_panel.h"
#include "ui/panels/curves_panel.h"
#include "ui/panels/data_panel.h"
#include "ui/panels/health_panel.h"
#include "ui/panels/laboratory_panel.h"
#include "ui/panels/log_panel.h"
#include "ui/panels/neighbours_panel.h"
#include "ui/panels/parameters_panel.h"
#include "ui/panels/runs_panel.h"

#include <QCoreApplication>

namespace dinoscope {
namespace {

template <class P> Panel* make(const PanelContext& context) { return new P(context); }

QString title(const char* text) { return QCoreApplication::translate("Panels", text); }

} // namespace

const std::vector<PanelEntry>& panelTable() {
    static const std::vector<PanelEntry> table = {
        {QStringLiteral("parameters"), title("Parameters"), {0, 0, false}, make<ParametersPanel>},
        {QStringLiteral("curves"), title("Curves"), {1, 0, false}, make<CurvesPanel>},
        {QStringLiteral("laboratory"), title("Temperature laboratory"), {1, 1, false}, make<LaboratoryPanel>},
        {QStringLiteral("runs"), title("Runs"), {1, 1, true}, make<RunsPanel>},
        {QStringLiteral("attention"),
         title("Attention"),
         {2, 0, false},
         make<AttentionPanel>,
         title("Show its attention")},
        {QStringLiteral("neighbours"),
         title("Neighbours"),
         {2, 0, true},
         make<NeighboursPanel>,
         title("Show its neighbours")},
        {QStringLiteral("crops"), title("Crops"), {2, 1, false}, make<CropsPanel>, title("Show its crops")},
        {QStringLiteral("data"), title("Data"), {2, 1, true}, make<DataPanel>},
        {QStringLiteral("health"), title("Health"), {2, 2, false}, make<HealthPanel>},
        {QStringLiteral("log"), title("Log"), {2, 2, true}, make<LogPanel>},
    };
    return table;
}

} // namespace dinoscope
