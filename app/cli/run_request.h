// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"

#include <map>
#include <string>

namespace CLI {
class App;
}

namespace dinoscope {

/// The settings of a run as a command line gives them: a preset, over it what a checkpoint says, over it a settings
/// file, over it single values.
struct RunRequest {
    std::string preset;
    std::string config;                        ///< path of a TOML file
    std::map<std::string, std::string> values; ///< by id

    /// Adds --preset, --seed, --data and one option for each parameter, aliases too.
    void addOptions(CLI::App& command, const EngineCatalog& catalog);
    /// `checkpoint`: what the run goes on from; null for a fresh one.
    /// @throws Failure: unknown preset, settings file that cannot be used, value that is refused, or one that the
    /// checkpoint leaves open and nobody gave.
    ParamSet params(const EngineCatalog& catalog, const FileReport* checkpoint = nullptr) const;
    /// Only the values that were given, to be laid over those of a run. @throws Failure as above.
    ParamSet changes(const EngineCatalog& catalog) const;

private:
    void lay(ParamSet& set, const EngineCatalog& catalog, const FileReport* checkpoint) const;
};

/// @throws Failure for words that `command` has no option for, with the nearest one.
void refuseUnknown(const CLI::App& command, const EngineCatalog& catalog);

} // namespace dinoscope
