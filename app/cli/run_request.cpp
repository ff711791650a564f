// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/run_request.h"

#include "app/cli/failure.h"
#include "engine/api/config_file.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

namespace dinoscope {
namespace {

std::string optionNames(const ParamSpec& spec) {
    std::string names = "--" + spec.id;
    for (const std::string& alias : spec.aliases)
        names += ",--" + alias;
    return names;
}

std::string optionHelp(const ParamSpec& spec) {
    std::string values;
    for (const std::string& choice : spec.choices)
        values += (values.empty() ? " One of: " : ", ") + choice;
    return spec.help + values + (values.empty() ? "" : ".") + " [" + formatParam(spec.defaultValue) +
           (spec.unit.empty() ? "" : " " + spec.unit) + "]";
}

/// "train", "bench step".
std::string fullName(const CLI::App& command) {
    const CLI::App* parent = command.get_parent();
    const bool isInner = parent && parent->get_parent();
    return (isInner ? parent->get_name() + " " : std::string()) + command.get_name();
}

const Preset& findPreset(const EngineCatalog& catalog, const std::string& id) {
    std::string names;
    for (const Preset& preset : catalog.presets) {
        if (preset.id == id)
            return preset;
        names += (names.empty() ? "" : ", ") + preset.id;
    }
    throw Failure("There is no preset '" + id + "'; the presets are: " + names + ".", kUsageCode);
}

/// A value of the file that this program does not take is said and passed over.
void takeFrom(const FileReport& checkpoint, const EngineCatalog& catalog, ParamSet& set) {
    for (const auto& [id, value] : checkpoint.params)
        if (const auto error = set.set(catalog.params, id, value))
            std::cerr << "warning: " << checkpoint.path << ": " << error->message << "\n";
}

} // namespace

void RunRequest::addOptions(CLI::App& command, const EngineCatalog& catalog) {
    command
        .add_option("--preset", preset,
                    "Settings to start from; without it the defaults, which are those of the official code")
        ->type_name("NAME");
    command
        .add_option_function<std::string>(
            "--seed", [this](const std::string& text) { values["run.seed"] = text; }, "The same as --run.seed")
        ->type_name("N");
    command
        .add_option_function<std::string>(
            "--data", [this](const std::string& text) { values["data.path"] = text; }, "The same as --data.path")
        ->type_name("DIR");
    for (const ParamSpec& spec : catalog.params.specs())
        command
            .add_option_function<std::string>(
                optionNames(spec), [this, id = spec.id](const std::string& text) { values[id] = text; },
                optionHelp(spec))
            ->type_name("VALUE")
            ->group("Parameters of '" + spec.group() + "'");
    command.allow_extras();
}

ParamSet RunRequest::params(const EngineCatalog& catalog, const FileReport* checkpoint) const {
    ParamSet set(catalog.params);
    lay(set, catalog, checkpoint);
    return set;
}

ParamSet RunRequest::changes(const EngineCatalog& catalog) const {
    ParamSet set;
    lay(set, catalog, nullptr);
    return set;
}

void RunRequest::lay(ParamSet& set, const EngineCatalog& catalog, const FileReport* checkpoint) const {
    const auto check = [](const std::optional<Error>& error) {
        if (error)
            throw Failure(*error);
    };
    if (!preset.empty())
        for (const auto& [id, value] : findPreset(catalog, preset).values)
            check(set.set(catalog.params, id, value));
    if (checkpoint)
        takeFrom(*checkpoint, catalog, set);
    if (checkpoint && config.empty())
        for (const std::string& id : checkpoint->open)
            if (!values.contains(id))
                throw Failure("'" + checkpoint->path + "' leaves " + id + " open: give it with --" + id + ".",
                              kUsageCode);
    if (!config.empty())
        check(readConfigFile(config, catalog.params, set));
    for (const auto& [id, text] : values)
        check(set.setText(catalog.params, id, text));
}

void refuseUnknown(const CLI::App& command, const EngineCatalog& catalog) {
    const std::vector<std::string> words = command.remaining();
    if (words.empty())
        return;
    const std::string& word = words.front();
    if (!word.starts_with("--"))
        throw Failure("'" + word + "' is not understood here; see 'dinoscope-cli " + fullName(command) + " --help'.",
                      kUsageCode);
    const std::string name = word.substr(2, word.find('=') - 2);
    std::string nearest = catalog.params.nearest(name);
    for (const CLI::Option* option : command.get_options())
        for (const std::string& known : option->get_lnames())
            if (known.find('.') == known.npos && name.find('.') == name.npos &&
                (known.starts_with(name) || name.starts_with(known)))
                nearest = known;
    throw Failure("'--" + name + "' is not an option" +
                      (nearest.empty() ? "; see 'dinoscope-cli " + fullName(command) + " --help'."
                                       : "; did you mean '--" + nearest + "'?"),
                  kUsageCode);
}

} // namespace dinoscope
