// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/config_file.h"

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

Error fault(ErrorCode code, std::string sentence) { return Error{code, "config", std::move(sentence), {}, {}}; }

std::optional<ParamValue> paramValue(const toml::node& node) {
    if (const auto* flag = node.as_boolean())
        return flag->get();
    if (const auto* whole = node.as_integer())
        return whole->get();
    if (const auto* real = node.as_floating_point())
        return real->get();
    if (const auto* text = node.as_string())
        return text->get();
    return std::nullopt;
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

std::optional<Error> readConfigFile(const std::string& path, const ParamTable& table, ParamSet& params) {
    std::ifstream file(path);
    if (!file)
        return fault(ErrorCode::io, "The settings file '" + path + "' cannot be opened; check the path.");
    toml::table root;
    try {
        root = toml::parse(file, path);
    } catch (const toml::parse_error& error) {
        return fault(ErrorCode::badInput, "The settings file '" + path + "' is not valid TOML at line " +
                                              std::to_string(error.source().begin.line) + ": " +
                                              std::string(error.description()) + ".");
    }
    for (const auto& [groupKey, groupNode] : root) {
        const std::string group(groupKey.str());
        const toml::table* values = groupNode.as_table();
        if (!values)
            return fault(ErrorCode::badParameter,
                         "'" + group + "' in '" + path +
                             "' stands outside of a table; write it as [group] and name = value.");
        for (const auto& [key, node] : *values) {
            const std::string id = group + "." + std::string(key.str());
            const std::optional<ParamValue> value = paramValue(node);
            if (!value)
                return fault(ErrorCode::badParameter,
                             "'" + id + "' in '" + path +
                                 "' is a list, table or date; it must be a number, a text or true or false.");
            if (auto error = params.set(table, id, *value))
                return error;
        }
    }
    return std::nullopt;
}

} // namespace dinoscope
