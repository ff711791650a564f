// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/param.h"

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace dinoscope {

/// Where a field lives in its options struct.
using FieldRef = std::variant<bool*, std::int64_t*, double*, std::string*>;

/// Lists the fields of an options struct once. Each room has one function beside its struct,
///     void declare(FieldList& fields, OptimOptions& options);
/// which names every member with its declaration. From it follow the table of declarations (collectSpecs) and the way
/// from a ParamSet into the struct (readOptions). The default of a parameter is the member's value in a fresh struct.
class FieldList {
public:
    /// Fluent access to the declaration that was just added.
    class Entry {
    public:
        explicit Entry(ParamSpec& spec) : spec_(&spec) {}
        Entry& help(std::string text) {
            spec_->help = std::move(text);
            return *this;
        }
        Entry& unit(std::string text) {
            spec_->unit = std::move(text);
            return *this;
        }
        /// Hard range: a value outside is refused. Also the soft range until soft() says otherwise.
        Entry& range(double low, double high);
        Entry& atLeast(double low);
        /// Ends of the slider.
        Entry& soft(double low, double high);
        Entry& log() {
            spec_->scale = ParamScale::logarithmic;
            return *this;
        }
        Entry& now() {
            spec_->takesEffect = TakesEffect::now;
            return *this;
        }
        Entry& nextEpoch() {
            spec_->takesEffect = TakesEffect::nextEpoch;
            return *this;
        }
        Entry& choices(std::vector<std::string> values);
        Entry& alias(std::string oldId) {
            spec_->aliases.push_back(std::move(oldId));
            return *this;
        }
        /// Has a meaning only under "id=value", or "id=value|value"; a second call adds a second condition.
        Entry& when(const std::string& condition);

    private:
        ParamSpec* spec_;
    };

    Entry add(std::string id, bool& member, std::string label);
    Entry add(std::string id, std::int64_t& member, std::string label);
    Entry add(std::string id, double& member, std::string label);
    Entry add(std::string id, std::string& member, std::string label);

    const std::vector<ParamSpec>& specs() const { return specs_; }
    const std::vector<FieldRef>& refs() const { return refs_; }

private:
    Entry append(std::string id, FieldRef ref, ParamType type, ParamValue value, std::string label);

    std::vector<ParamSpec> specs_;
    std::vector<FieldRef> refs_;
};

/// The declarations of an options struct, in order.
template <class Options> std::vector<ParamSpec> collectSpecs() {
    Options options;
    FieldList fields;
    declare(fields, options);
    return fields.specs();
}

void assignFields(const FieldList& fields, const ParamSet& params);

/// An options struct filled from a set that holds all its ids.
template <class Options> Options readOptions(const ParamSet& params) {
    Options options;
    FieldList fields;
    declare(fields, options);
    assignFields(fields, params);
    return options;
}

} // namespace dinoscope
