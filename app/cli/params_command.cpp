// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>

namespace dinoscope {
namespace {

using Json = nlohmann::ordered_json;

const char* typeWord(ParamType type) {
    switch (type) {
    case ParamType::boolean: return "boolean";
    case ParamType::integer: return "integer";
    case ParamType::real: return "real";
    case ParamType::choice: return "choice";
    default: return "text";
    }
}

const char* effectWord(TakesEffect effect) {
    switch (effect) {
    case TakesEffect::now: return "now";
    case TakesEffect::nextEpoch: return "next epoch";
    default: return "new run";
    }
}

Json valueJson(const ParamValue& value) {
    return std::visit([](const auto& v) { return Json(v); }, value);
}

Json optional(const std::optional<double>& number) { return number ? Json(*number) : Json(); }

Json paramJson(const ParamSpec& spec) {
    return {{"id", spec.id},
            {"label", spec.label},
            {"help", spec.help},
            {"unit", spec.unit},
            {"type", typeWord(spec.type)},
            {"default", valueJson(spec.defaultValue)},
            {"min", optional(spec.hardMin)},
            {"max", optional(spec.hardMax)},
            {"soft_min", optional(spec.softMin)},
            {"soft_max", optional(spec.softMax)},
            {"scale", spec.scale == ParamScale::linear ? "linear" : "logarithmic"},
            {"takes_effect", effectWord(spec.takesEffect)},
            {"choices", spec.choices},
            {"aliases", spec.aliases},
            {"applies_when", spec.appliesWhen}};
}

Json entries(const std::vector<NamedEntry>& list) {
    Json all = Json::array();
    for (const NamedEntry& entry : list)
        all.push_back({{"id", entry.id}, {"label", entry.label}, {"help", entry.help}});
    return all;
}

Json catalogJson(const EngineCatalog& catalog) {
    Json params = Json::array(), presets = Json::array(), metrics = Json::array();
    for (const ParamSpec& spec : catalog.params.specs())
        params.push_back(paramJson(spec));
    for (const Preset& preset : catalog.presets) {
        Json values = Json::object();
        for (const auto& [id, value] : preset.values)
            values[id] = valueJson(value);
        presets.push_back({{"id", preset.id}, {"label", preset.label}, {"help", preset.help}, {"values", values}});
    }
    for (const MetricSpec& metric : catalog.metrics)
        metrics.push_back({{"id", metric.id},
                           {"label", metric.label},
                           {"group", metric.group},
                           {"unit", metric.unit},
                           {"help", metric.help}});
    return {{"parameters", params},
            {"presets", presets},
            {"metrics", metrics},
            {"backbones", entries(catalog.backbones)},
            {"objectives", entries(catalog.objectives)},
            {"probes", entries(catalog.probes)}};
}

std::string rangeText(const ParamSpec& spec) {
    if (!spec.choices.empty()) {
        std::string text;
        for (const std::string& choice : spec.choices)
            text += (text.empty() ? "" : " | ") + choice;
        return text;
    }
    if (!spec.hardMin && !spec.hardMax)
        return typeWord(spec.type);
    const auto end = [](const std::optional<double>& value) { return value ? formatParam(*value) : std::string("…"); };
    return end(spec.hardMin) + " to " + end(spec.hardMax);
}

void printList(const EngineCatalog& catalog) {
    std::string group;
    for (const ParamSpec& spec : catalog.params.specs()) {
        if (spec.group() != group)
            std::cout << (group.empty() ? "" : "\n") << "[" << (group = spec.group()) << "]\n";
        std::cout << "--" << spec.id << " = " << formatParam(spec.defaultValue)
                  << (spec.unit.empty() ? "" : " " + spec.unit) << "   (" << rangeText(spec)
                  << "; takes effect: " << effectWord(spec.takesEffect)
                  << (spec.appliesWhen.empty() ? "" : "; only with " + spec.appliesWhen) << ")\n    " << spec.label
                  << ". " << spec.help << "\n";
    }
    std::cout << "\nPresets\n";
    for (const Preset& preset : catalog.presets)
        std::cout << preset.id << "\n    " << preset.help << "\n";
}

} // namespace

void addParamsCommand(CLI::App& program, const EngineCatalog& catalog, const Choose& choose) {
    auto json = std::make_shared<bool>(false);
    CLI::App* command = program.add_subcommand("params", "Prints every parameter, preset, metric and probe");
    command->add_flag("--json", *json, "As one JSON object");
    command->callback([=, &catalog] {
        choose([=, &catalog] {
            if (*json)
                std::cout << catalogJson(catalog).dump(2) << std::endl;
            else
                printList(catalog);
        });
    });
}

} // namespace dinoscope
