// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/param.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace dinoscope {
namespace {

Error badParameter(std::string message) { return Error{ErrorCode::badParameter, "param", std::move(message), {}, {}}; }

std::string quoted(const ParamSpec& spec) { return "'" + spec.id + "' (" + spec.label + ")"; }

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

std::string expectation(const ParamSpec& spec) {
    switch (spec.type) {
    case ParamType::boolean: return "true or false";
    case ParamType::integer: return "a whole number";
    case ParamType::real: return "a number";
    case ParamType::choice: return "one of: " + joined(spec.choices);
    case ParamType::text: return "a text";
    }
    return "a value";
}

std::string rangeText(const ParamSpec& spec) {
    if (spec.hardMin && spec.hardMax)
        return "from " + formatParam(*spec.hardMin) + " to " + formatParam(*spec.hardMax);
    return spec.hardMin ? "at least " + formatParam(*spec.hardMin) : "at most " + formatParam(*spec.hardMax);
}

std::size_t editDistance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0u : 1u)});
            diagonal = above;
        }
    }
    return row.back();
}

/// The value as `spec` stores it: an integer given for a real parameter becomes a real.
ParamValue normalised(const ParamSpec& spec, ParamValue value) {
    if (spec.type == ParamType::real)
        if (const auto* whole = std::get_if<std::int64_t>(&value))
            return static_cast<double>(*whole);
    return value;
}

/// Takes the text before `mark`, or all of it, away from the front of `text`, and the mark.
std::string_view takeUntil(std::string_view& text, std::string_view mark) {
    const std::size_t end = std::min(text.find(mark), text.size());
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + mark.size()));
    return taken;
}

} // namespace

std::string ParamSpec::group() const { return id.substr(0, id.find('.')); }

std::string formatParam(const ParamValue& value) {
    if (const auto* flag = std::get_if<bool>(&value))
        return *flag ? "true" : "false";
    if (const auto* whole = std::get_if<std::int64_t>(&value))
        return std::to_string(*whole);
    if (const auto* text = std::get_if<std::string>(&value))
        return *text;
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, std::get<double>(value)).ptr;
    return std::string(buffer, end);
}

std::variant<ParamValue, Error> parseParam(const ParamSpec& spec, std::string_view text) {
    const Error error =
        badParameter(quoted(spec) + " cannot be '" + std::string(text) + "'; it takes " + expectation(spec) + ".");
    const char* first = text.data();
    const char* last = first + text.size();
    switch (spec.type) {
    case ParamType::boolean:
        if (text == "true" || text == "1" || text == "on" || text == "yes")
            return ParamValue(true);
        if (text == "false" || text == "0" || text == "off" || text == "no")
            return ParamValue(false);
        return error;
    case ParamType::integer: {
        std::int64_t whole = 0;
        const auto result = std::from_chars(first, last, whole);
        if (result.ec != std::errc{} || result.ptr != last)
            return error;
        return ParamValue(whole);
    }
    case ParamType::real: {
        double real = 0;
        const auto result = std::from_chars(first, last, real);
        if (result.ec != std::errc{} || result.ptr != last)
            return error;
        return ParamValue(real);
    }
    case ParamType::choice:
    case ParamType::text: return ParamValue(std::string(text));
    }
    return error;
}

std::optional<Error> checkParam(const ParamSpec& spec, const ParamValue& raw) {
    const ParamValue value = normalised(spec, raw);
    const Error wrongType =
        badParameter(quoted(spec) + " cannot be '" + formatParam(value) + "'; it takes " + expectation(spec) + ".");
    std::optional<double> number;
    switch (spec.type) {
    case ParamType::boolean:
        if (!std::holds_alternative<bool>(value))
            return wrongType;
        break;
    case ParamType::integer:
        if (!std::holds_alternative<std::int64_t>(value))
            return wrongType;
        number = static_cast<double>(std::get<std::int64_t>(value));
        break;
    case ParamType::real:
        if (!std::holds_alternative<double>(value) || !std::isfinite(std::get<double>(value)))
            return wrongType;
        number = std::get<double>(value);
        break;
    case ParamType::choice:
        if (!std::holds_alternative<std::string>(value) ||
            std::find(spec.choices.begin(), spec.choices.end(), std::get<std::string>(value)) == spec.choices.end())
            return wrongType;
        break;
    case ParamType::text:
        if (!std::holds_alternative<std::string>(value))
            return wrongType;
        break;
    }
    if (number && ((spec.hardMin && *number < *spec.hardMin) || (spec.hardMax && *number > *spec.hardMax)))
        return badParameter(quoted(spec) + " cannot be " + formatParam(value) + "; it must be " + rangeText(spec) +
                            ".");
    return std::nullopt;
}

ParamTable::ParamTable(std::vector<ParamSpec> specs) : specs_(std::move(specs)) {
    for (std::size_t i = 0; i < specs_.size(); ++i) {
        if (const auto error = checkParam(specs_[i], specs_[i].defaultValue))
            throw std::invalid_argument("default of a parameter: " + error->message);
        std::vector<std::string> names = specs_[i].aliases;
        names.push_back(specs_[i].id);
        for (const std::string& name : names)
            if (!index_.emplace(name, i).second)
                throw std::invalid_argument("two parameters are called '" + name + "'");
    }
}

const ParamSpec* ParamTable::find(std::string_view idOrAlias) const {
    const auto found = index_.find(idOrAlias);
    return found == index_.end() ? nullptr : &specs_[found->second];
}

std::string ParamTable::nearest(std::string_view id) const {
    std::string best;
    std::size_t bestDistance = std::max<std::size_t>(3, id.size() / 2) + 1;
    for (const auto& [name, index] : index_) {
        const std::string_view tail = std::string_view(name).substr(name.find('.') + 1);
        const std::size_t distance = std::min(editDistance(id, name), editDistance(id, tail) + 1);
        if (distance < bestDistance) {
            bestDistance = distance;
            best = specs_[index].id;
        }
    }
    return best;
}

Error ParamTable::unknown(std::string_view id) const {
    const std::string near = nearest(id);
    return badParameter("There is no parameter '" + std::string(id) + "'" +
                        (near.empty() ? std::string(".") : "; did you mean '" + near + "'?"));
}

ParamSet::ParamSet(const ParamTable& table) {
    for (const ParamSpec& spec : table.specs())
        values_[spec.id] = normalised(spec, spec.defaultValue);
}

std::optional<Error> ParamSet::set(const ParamTable& table, std::string_view idOrAlias, ParamValue value) {
    const ParamSpec* spec = table.find(idOrAlias);
    if (!spec)
        return table.unknown(idOrAlias);
    if (auto error = checkParam(*spec, value))
        return error;
    values_[spec->id] = normalised(*spec, std::move(value));
    return std::nullopt;
}

std::optional<Error> ParamSet::setText(const ParamTable& table, std::string_view idOrAlias, std::string_view text) {
    const ParamSpec* spec = table.find(idOrAlias);
    if (!spec)
        return table.unknown(idOrAlias);
    auto parsed = parseParam(*spec, text);
    if (auto* error = std::get_if<Error>(&parsed))
        return std::move(*error);
    return set(table, spec->id, std::get<ParamValue>(std::move(parsed)));
}

const ParamValue& ParamSet::at(std::string_view id) const {
    const auto found = values_.find(id);
    if (found == values_.end())
        throw std::out_of_range("no parameter '" + std::string(id) + "' in this set");
    return found->second;
}

bool applies(const ParamSpec& spec, const ParamSet& params) {
    std::string_view conditions = spec.appliesWhen;
    while (!conditions.empty()) {
        std::string_view values = takeUntil(conditions, " and ");
        const auto found = params.values().find(takeUntil(values, "="));
        if (found == params.values().end())
            continue;
        const std::string value = formatParam(found->second);
        bool met = false;
        while (!met && !values.empty())
            met = takeUntil(values, "|") == value;
        if (!met)
            return false;
    }
    return true;
}

} // namespace dinoscope
