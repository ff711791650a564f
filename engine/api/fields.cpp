// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/fields.h"

namespace dinoscope {

FieldList::Entry& FieldList::Entry::range(double low, double high) {
    spec_->hardMin = spec_->softMin = low;
    spec_->hardMax = spec_->softMax = high;
    return *this;
}

FieldList::Entry& FieldList::Entry::atLeast(double low) {
    spec_->hardMin = spec_->softMin = low;
    return *this;
}

FieldList::Entry& FieldList::Entry::soft(double low, double high) {
    spec_->softMin = low;
    spec_->softMax = high;
    return *this;
}

FieldList::Entry& FieldList::Entry::choices(std::vector<std::string> values) {
    spec_->type = ParamType::choice;
    spec_->choices = std::move(values);
    return *this;
}

FieldList::Entry& FieldList::Entry::when(const std::string& condition) {
    if (!spec_->appliesWhen.empty())
        spec_->appliesWhen += " and ";
    spec_->appliesWhen += condition;
    return *this;
}

FieldList::Entry FieldList::append(std::string id, FieldRef ref, ParamType type, ParamValue value, std::string label) {
    ParamSpec spec;
    spec.id = std::move(id);
    spec.label = std::move(label);
    spec.type = type;
    spec.defaultValue = std::move(value);
    specs_.push_back(std::move(spec));
    refs_.push_back(ref);
    return Entry(specs_.back());
}

FieldList::Entry FieldList::add(std::string id, bool& member, std::string label) {
    return append(std::move(id), &member, ParamType::boolean, member, std::move(label));
}

FieldList::Entry FieldList::add(std::string id, std::int64_t& member, std::string label) {
    return append(std::move(id), &member, ParamType::integer, member, std::move(label));
}

FieldList::Entry FieldList::add(std::string id, double& member, std::string label) {
    return append(std::move(id), &member, ParamType::real, member, std::move(label));
}

FieldList::Entry FieldList::add(std::string id, std::string& member, std::string label) {
    return append(std::move(id), &member, ParamType::text, member, std::move(label));
}

void assignFields(const FieldList& fields, const ParamSet& params) {
    for (std::size_t i = 0; i < fields.refs().size(); ++i) {
        const ParamValue& value = params.at(fields.specs()[i].id);
        std::visit([&value](auto* member) { *member = std::get<std::remove_pointer_t<decltype(member)>>(value); },
                   fields.refs()[i]);
    }
}

} // namespace dinoscope
