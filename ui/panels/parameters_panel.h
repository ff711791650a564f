// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panel.h"

#include <map>

class QComboBox;
class QLabel;
class QPushButton;

namespace dinoscope {

class ParamForm;

/// The form over all declared parameters, with the preset. Values of the run are shown where a change can reach it; a
/// live change is pending until the engine has acknowledged it. All else is for the next run.
class ParametersPanel : public Panel {
    Q_OBJECT

public:
    explicit ParametersPanel(const PanelContext& context, QWidget* parent = nullptr);

    void onNewRun() override;
    void onSnapshot(const Snapshot& snapshot) override;
    void setFilter(const QString& words);
    ParamForm& form() const { return *form_; }
    bool isPending(const std::string& id) const { return pending_.contains(id); }

private:
    void edit(const QString& id, const QString& text);
    void postChange(const ParamSpec& spec, const ParamValue& value);
    void answer(const std::string& id, CommandId command, const Acknowledgement& acknowledgement);
    bool reachesRun(const ParamSpec& spec) const;
    void showValues();
    void showPreset();

    QComboBox* presets_;
    QLabel *presetHelp_, *difference_;
    QPushButton* reset_;
    ParamForm* form_;
    std::map<std::string, CommandId> pending_;
    RunState state_ = RunState::empty;
    std::shared_ptr<const ParamSet> runParams_;
};

} // namespace dinoscope
