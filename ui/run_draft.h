// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"

#include <QObject>
#include <QString>

namespace dinoscope {

/// Settings of the next run: a preset, the values that differ from it, limits, a place, and perhaps a checkpoint that
/// it goes on from. GUI thread.
class RunDraft : public QObject {
    Q_OBJECT

public:
    explicit RunDraft(const EngineCatalog& catalog, QObject* parent = nullptr);

    const EngineCatalog& catalog() const { return catalog_; }
    const ParamSet& params() const { return params_; }
    const Preset* preset() const { return preset_; }

    /// All values become the preset's; an unknown id changes nothing and returns false.
    bool choosePreset(const std::string& id);
    /// The value that the preset, or else the declaration, gives.
    ParamValue presetValue(const std::string& id) const;
    bool differsFromPreset(const std::string& id) const { return params_.at(id) != presetValue(id); }
    std::optional<Error> set(const std::string& id, ParamValue value);
    std::optional<Error> setText(const std::string& id, const std::string& text);
    /// Describes a run that goes on from a file: the present values, over them the file's, over them `texts` by id.
    /// What the file says that this program does not take is passed over. On an error nothing has changed.
    std::optional<Error> takeCheckpoint(const FileReport& report,
                                        const std::vector<std::pair<std::string, std::string>>& texts);
    /// Path of the file that the run goes on from; empty: it starts fresh. Choosing a preset empties it.
    const std::string& checkpoint() const { return checkpoint_; }
    /// Takes over all values of a run; the next one starts fresh with them.
    void adopt(const ParamSet& params);

    std::int64_t maxSteps = 0;
    double maxMinutes = 0;
    std::string runFolder; ///< empty: nothing is written

    /// The command that prepares the run.
    Command prepareCommand() const;
    /// A folder that does not exist yet: ~/Dinoscope/runs/PRESET-DATE-TIME.
    QString suggestedFolder() const;
    /// The dinoscope-cli call that trains with `params` under this draft's preset, limits and place, quoted for a
    /// shell. A place that a run has taken already is left out.
    QString commandLine(const ParamSet& params) const;
    QString commandLine() const { return commandLine(params_); }

signals:
    void changed();

private:
    const EngineCatalog& catalog_;
    ParamSet params_;
    const Preset* preset_ = nullptr;
    std::string checkpoint_;
    ParamSet presetParams_;
};

} // namespace dinoscope
