// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/config_file.h"

#include "engine/support/check.h"

#include <toml++/toml.h>

#include <fstream>
#include <sstream>

namespace dinoscope {
namespace {

std::string quotedToml(const std::string& text) {
    std::ostringstream out;
    out << toml::value<std::string>(text);
    return out.str();
}

std::string tomlValue(const ParamValue& value) {
    if (const auto* text = std::get_if<std::string>(&value))
        return quotedToml(*text);
    std::string text = formatParam(value);
    if (std::holds_alternative<double>(value) && text.find_first_of(".einf") == std::string::npos)
        text += ".0";
    return text;
}

ParamValue paramValue(const toml::node& node, const std::string& id, const std::string& path) {
    if (const auto* flag = node.as_boolean())
        return flag->get();
    if (const auto* whole = node.as_integer())
        return whole->get();
    if (const auto* real = node.as_floating_point())
        return real->get();
    if (const auto* text = node.as_string())
        return text->get();
    throw EngineError(ErrorCode::badParameter, "config",
                      "'" + id + "' in '" + path + "' is a list, table or date; it must be a number, a text or true or false.");
}

} // namespace

std::string configText(const ParamTable& table, const ParamSet& params, std::string_view title) {
    std::ostringstream out;
    out << "# " << title << '\n';
    std::string group;
    for (const ParamSpec& spec : table.specs()) {
        if (spec.group() != group) {
            group = spec.group();
            out << "\n[" << group << "]\n";
        }
        out << "# " << spec.label << (spec.unit.empty() ? "" : " (" + spec.unit + ")") << ". " << spec.help << '\n';
        out << spec.id.substr(group.size() + 1) << " = " << tomlValue(params.at(spec.id)) << '\n';
    }
    return out.str();
}

void readConfigFile(const std::string& path, const ParamTable& table, ParamSet& params) {
    std::ifstream file(path);
    if (!file)
        throw EngineError(ErrorCode::io, "config", "The settings file '" + path + "' cannot be opened; check the path.");
    toml::table root;
    try {
        root = toml::parse(file, path);
    } catch (const toml::parse_error& error) {
        throw EngineError(ErrorCode::badInput, "config",
                          "The settings file '" + path + "' is not valid TOML at line " +
                              std::to_string(error.source().begin.line) + ": " + std::string(error.description()) + ".");
    }
    for (const auto& [groupKey, groupNode] : root) {
        const std::string group(groupKey.str());
        const toml::table* values = groupNode.as_table();
        if (!values)
            throw EngineError(ErrorCode::badParameter, "config",
                              "'" + group + "' in '" + path + "' stands outside of a table; write it as [group] and name = value.");
        for (const auto& [key, node] : *values) {
            const std::string id = group + "." + std::string(key.str());
            if (const auto error = params.set(table, id, paramValue(node, id, path)))
                throw EngineError(*error);
        }
    }
}

} // namespace dinoscope
