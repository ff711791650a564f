// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/command_line.h"

#include "engine/api/engine.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <optional>
#include <set>

namespace dinoscope {
namespace {

constexpr int kLongestLatency = 86'400;

template <class Number> Number positive(const std::string& option, const std::string& text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || !(number > 0))
        throw UsageError("'" + option + "' needs a number above 0, not '" + text + "'.");
    return number;
}

void readSize(const std::string& text, WindowArguments& arguments) {
    const std::size_t cross = text.find('x');
    if (cross == std::string::npos)
        throw UsageError("'--size' needs WIDTHxHEIGHT in pixels, such as 1440x900, not '" + text + "'.");
    arguments.width = positive<int>("--size", text.substr(0, cross));
    arguments.height = positive<int>("--size", text.substr(cross + 1));
}

void readTheme(const std::string& text, WindowArguments& arguments) {
    if (text != "light" && text != "dark" && text != "system")
        throw UsageError("'--theme' is light, dark or system, not '" + text + "'.");
    arguments.theme = text;
}

void readPreset(const std::string& text, const EngineCatalog& catalog, WindowArguments& arguments) {
    std::string names;
    for (const Preset& preset : catalog.presets) {
        names += (names.empty() ? "" : ", ") + preset.id;
        if (preset.id == text) {
            arguments.preset = text;
            return;
        }
    }
    throw UsageError("There is no preset '" + text + "'; the presets are: " + names + ".");
}

/// The sentence for an option that nobody knows.
std::string unknownSentence(const std::string& name, const std::set<std::string>& known, const ParamTable& table) {
    const std::string plain = name.substr(std::min(name.find_first_not_of('-'), name.size()));
    std::string nearest = table.nearest(plain);
    for (const std::string& option : known)
        if (option.find(plain) != std::string::npos || plain.find(option) != std::string::npos)
            nearest = option;
    return "'" + name + "' is not an option" +
           (nearest.empty() ? "; see 'dinoscope --help'." : "; did you mean '--" + nearest + "'?");
}

} // namespace

WindowArguments readArguments(const std::vector<std::string>& words, const EngineCatalog& catalog) {
    WindowArguments arguments;
    const std::map<std::string, bool*> flags = {{"demo", &arguments.demo},
                                                {"quit", &arguments.quit},
                                                {"help", &arguments.help},
                                                {"version", &arguments.version},
                                                {"all-panels", &arguments.allPanels},
                                                {"report-latency", &arguments.reportLatency}};
    using Read = std::function<void(const std::string&)>;
    const std::map<std::string, Read> options = {
        {"steps", [&](const std::string& text) { arguments.steps = positive<std::int64_t>("--steps", text); }},
        {"minutes", [&](const std::string& text) { arguments.minutes = positive<double>("--minutes", text); }},
        {"latency-seconds",
         [&](const std::string& text) {
             arguments.latencySeconds = positive<int>("--latency-seconds", text);
             if (arguments.latencySeconds > kLongestLatency)
                 throw UsageError("'--latency-seconds' is at most " + std::to_string(kLongestLatency) + ", a day.");
             arguments.reportLatency = true;
         }},
        {"preset", [&](const std::string& text) { readPreset(text, catalog, arguments); }},
        {"seed", [&](const std::string& text) { arguments.values.emplace_back("run.seed", text); }},
        {"screenshot", [&](const std::string& text) { arguments.screenshot = text; }},
        {"theme", [&](const std::string& text) { readTheme(text, arguments); }},
        {"size", [&](const std::string& text) { readSize(text, arguments); }},
        {"checkpoint", [&](const std::string& text) { arguments.checkpoint = text; }},
        {"out", [&](const std::string& text) { arguments.runFolder = text; }}};
    std::set<std::string> known;
    for (const auto& [name, flag] : flags)
        known.insert(name);
    for (const auto& [name, read] : options)
        known.insert(name);

    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        const bool isQt = word == "-platform" || word == "-style" || word == "--platform" || word == "--style";
        const std::size_t equals = word.find('=');
        const std::string head = word.substr(0, equals);
        const auto value = [&]() -> std::string {
            if (equals != std::string::npos)
                return word.substr(equals + 1);
            if (i + 1 >= words.size())
                throw UsageError("'" + head + "' needs a value; see 'dinoscope --help'.");
            return words[++i];
        };
        if (isQt) {
            arguments.forQt.push_back(word);
            arguments.forQt.push_back(value());
            continue;
        }
        if (word == "-h" || word == "-v") {
            (word == "-h" ? arguments.help : arguments.version) = true;
            continue;
        }
        if (!head.starts_with("--"))
            throw UsageError(word.starts_with("-") ? unknownSentence(word, known, catalog.params)
                                                   : "'" + word + "' is not an option; see 'dinoscope --help'.");
        const std::string name = head.substr(2);
        if (const auto flag = flags.find(name); flag != flags.end() && equals == std::string::npos)
            *flag->second = true;
        else if (const auto option = options.find(name); option != options.end())
            option->second(value());
        else if (const ParamSpec* spec = catalog.params.find(name))
            arguments.values.emplace_back(spec->id, value());
        else
            throw UsageError(unknownSentence(head, known, catalog.params));
    }
    return arguments;
}

std::string helpText(const EngineCatalog& catalog) {
    std::string text =
        "Usage: dinoscope [OPTION...]\n"
        "Opens the window of Dinoscope, a laboratory for self-distillation with no labels.\n\n"
        "  --demo              start the Fashion-MNIST demo at once\n"
        "  --preset NAME       settings to start from\n"
        "  --seed N            seed of the run (run.seed)\n"
        "  --steps N           stop the run after N steps\n"
        "  --minutes M         stop the run after M minutes of training\n"
        "  --checkpoint FILE   look into a .pth or safetensors file and offer to open it\n"
        "  --out DIR           folder of the run; without it nothing is kept\n"
        "  --theme NAME        light, dark or system\n"
        "  --size WxH          size of the window in pixels\n"
        "  --all-panels        show every panel at once, none behind a tab\n"
        "  --report-latency    start the run, show every panel and print how long events wait for the window,\n"
        "                      one every 20 ms for 60 s; with --quit the run then stops\n"
        "  --latency-seconds N the same for N seconds\n"
        "  --screenshot FILE   save a picture of the window (PNG) when the run has ended\n"
        "  --quit              end when the run, and the picture, are done\n"
        "  --help, --version   say this, or the version, and end\n\nPresets:\n";
    for (const Preset& preset : catalog.presets)
        text += "  " + preset.id + "\n      " + preset.help + "\n";
    text += "\nSettings, with their defaults:\n";
    for (const ParamSpec& spec : catalog.params.specs())
        text += "  --" + spec.id + " VALUE  [" + formatParam(spec.defaultValue) + "]\n      " + spec.help + "\n";
    return text;
}

} // namespace dinoscope
