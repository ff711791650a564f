// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/param.h"
#include "widgets/field_row.h"

namespace dinoscope {

/// What a form needs to know of a declaration.
FieldDescription describeField(const ParamSpec& spec);
std::vector<FieldDescription> describeFields(const ParamTable& table);

/// "1e-05 to 10", "at least 1", or empty.
QString rangeText(const ParamSpec& spec);

} // namespace dinoscope
