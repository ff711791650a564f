// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/error.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace dinoscope {

using ParamValue = std::variant<bool, std::int64_t, double, std::string>;

enum class ParamType { boolean, integer, real, choice, text };
enum class ParamScale { linear, logarithmic };
/// When a change of the parameter reaches a run.
enum class TakesEffect { now, nextEpoch, newRun };

/// The one declaration of a parameter. Form row, command-line flag, TOML key, help text and range check are made from
/// it.
struct ParamSpec {
    std::string id;    ///< "group.name", lower case; the command-line flag is "--group.name"
    std::string label; ///< a few words, sentence case
    std::string help;  ///< one or two sentences
    std::string unit;  ///< empty if none
    ParamType type = ParamType::real;
    ParamValue defaultValue;
    std::optional<double> hardMin, hardMax; ///< outside is refused
    std::optional<double> softMin, softMax; ///< ends of a slider; inside the hard range
    ParamScale scale = ParamScale::linear;
    TakesEffect takesEffect = TakesEffect::newRun;
    std::vector<std::string> choices; ///< for ParamType::choice
    std::vector<std::string> aliases; ///< earlier ids, still understood
    /// When this parameter has a meaning: "id=value", "id=value|value", several joined by " and "; empty: always. The
    /// ids are those of choice or boolean parameters. See applies().
    std::string appliesWhen;

    /// Text before the first point of the id.
    std::string group() const;
};

/// Text as it stands in a TOML file or on a command line; reals round-trip exactly.
std::string formatParam(const ParamValue& value);

/// Reads `text` as a value of `spec`'s type. Does not check the range.
/// @returns the value, or an error whose sentence names the parameter, the text and what is expected.
std::variant<ParamValue, Error> parseParam(const ParamSpec& spec, std::string_view text);

/// Range, type and choice check. An integer is accepted for a real parameter.
std::optional<Error> checkParam(const ParamSpec& spec, const ParamValue& value);

/// The declarations a program knows, in display order, with look-up by id or alias.
class ParamTable {
public:
    ParamTable() = default;
    /// @throws std::invalid_argument if two declarations share an id or alias, or a default breaks its own range.
    explicit ParamTable(std::vector<ParamSpec> specs);

    const std::vector<ParamSpec>& specs() const { return specs_; }
    const ParamSpec* find(std::string_view idOrAlias) const;
    /// The id nearest to a misspelt one by edit distance, or empty if none is near.
    std::string nearest(std::string_view id) const;
    /// The error for an id that find() does not know, with the nearest one suggested.
    Error unknown(std::string_view id) const;

private:
    std::vector<ParamSpec> specs_;
    std::map<std::string, std::size_t, std::less<>> index_;
};

/// Values of every parameter of a table. A value type; always complete and inside the hard ranges.
class ParamSet {
public:
    ParamSet() = default;
    explicit ParamSet(const ParamTable& table);

    /// Checks and stores. On an error nothing is changed.
    std::optional<Error> set(const ParamTable& table, std::string_view idOrAlias, ParamValue value);
    std::optional<Error> setText(const ParamTable& table, std::string_view idOrAlias, std::string_view text);

    /// @throws std::out_of_range for an id that the set does not hold.
    const ParamValue& at(std::string_view id) const;
    const std::map<std::string, ParamValue, std::less<>>& values() const { return values_; }
    bool operator==(const ParamSet&) const = default;

private:
    std::map<std::string, ParamValue, std::less<>> values_;
};

/// Whether `spec` has a meaning under these values (ParamSpec::appliesWhen). Conditions on parameters that the set does
/// not hold are met.
bool applies(const ParamSpec& spec, const ParamSet& params);

/// A named set of values that differ from the defaults.
struct Preset {
    std::string id, label, help;
    std::vector<std::pair<std::string, ParamValue>> values;
};

} // namespace dinoscope
