// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"

#include <QObject>
#include <QString>

#include <cstdint>
#include <optional>
#include <string>

namespace dinoscope {

/// Settings of the next run: a preset, the values that differ from it, limits, a place, and perhaps a checkpoint that
/// it goes on from. GUI thread.
class RunDraft : public QObject {
    Q_OBJECT

public:
    explicit RunDraft(const EngineCatalog& catalog, QObject* parent = nullptr);

    const EngineCatalog& catalog() const { return catalog_; }
    const ParamSet& params() const { return settings_.params; }
    const Preset* preset() const { return settings_.preset; }

    /// Preset, values and checkpoint, for somebody who may want them back.
    struct Settings {
        const Preset* preset = nullptr;
        ParamSet params, presetParams;
        std::string checkpoint;
        std::optional<std::int64_t> wishedBatch = {}; ///< run.batch_size before fitBatch() has lowered it
    };
    const Settings& settings() const { return settings_; }
    void restore(const Settings& settings);

    /// All values become the preset's; an unknown id changes nothing and returns false.
    bool choosePreset(const std::string& id);
    /// The value that the preset, or else the declaration, gives.
    ParamValue presetValue(const std::string& id) const;
    bool differsFromPreset(const std::string& id) const { return params().at(id) != presetValue(id); }
    /// True if somebody has set a value that the preset does not give.
    bool isTouched() const { return params() != settings_.presetParams; }
    /// run.batch_size as wished; 0 without that parameter.
    std::int64_t wishedBatch() const;
    /// A batch takes as many pictures as wished, or all `pictures` if those are fewer.
    void fitBatch(std::int64_t pictures);
    std::optional<Error> set(const std::string& id, ParamValue value);
    std::optional<Error> setText(const std::string& id, const std::string& text);
    /// Describes a run that goes on from a file: the present values, over them the file's, over them `texts` by id.
    /// What the file says that this program does not take is passed over. On an error nothing has changed.
    std::optional<Error> takeCheckpoint(const FileReport& report,
                                        const std::vector<std::pair<std::string, std::string>>& texts);
    /// Path of the file that the run goes on from; empty: it starts fresh. Choosing a preset empties it.
    const std::string& checkpoint() const { return settings_.checkpoint; }
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
    QString commandLine() const { return commandLine(params()); }

signals:
    void changed();

private:
    void noteSet(const std::string& id, const std::optional<Error>& error);

    const EngineCatalog& catalog_;
    Settings settings_;
};

} // namespace dinoscope
