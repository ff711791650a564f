// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace dinoscope {

struct EngineCatalog;

/// A wrong call: ends the program with code 2 and the sentence.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// What the window was asked for on its command line.
struct WindowArguments {
    bool demo = false, quit = false, help = false, version = false;
    bool allPanels = false;     ///< every panel in sight, none behind a tab
    bool reportLatency = false; ///< the same, starts a run and measures how long events wait
    int latencySeconds = 60;    ///< for how long
    std::int64_t steps = 0;
    double minutes = 0;
    std::string preset, screenshot, theme, runFolder, checkpoint;
    int width = 0, height = 0;                               ///< 0: as it was
    std::vector<std::pair<std::string, std::string>> values; ///< id and text of --GROUP.NAME options, in order
    std::vector<std::string> forQt;                          ///< "-platform" and the like, with their values
};

/// Reads the words after the program's name. Options of Qt begin with one dash. @throws UsageError.
WindowArguments readArguments(const std::vector<std::string>& words, const EngineCatalog& catalog);

/// The text of --help.
std::string helpText(const EngineCatalog& catalog);

} // namespace dinoscope
