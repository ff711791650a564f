// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run_comparison.h"

#include "ui/texts.h"

#include <QDir>
#include <QFileInfo>

#include <map>
#include <utility>

namespace dinoscope {

QString RunComparison::name() const {
    return record_ ? QFileInfo(QDir::cleanPath(textOf(record_->path))).fileName() : QString();
}

void RunComparison::set(std::optional<RecordReport> record) {
    if (!record && !record_)
        return;
    record_ = std::move(record);
    emit changed();
}

std::vector<ParamDifference> differencesOf(const ParamSet& here, const RecordReport& there) {
    std::map<std::string, std::pair<std::string, std::string>> values;
    for (const auto& [id, value] : here.values())
        values[id].first = formatParam(value);
    for (const auto& [id, text] : there.params)
        values[id].second = text;
    std::vector<ParamDifference> differences;
    for (const auto& [id, texts] : values)
        if (texts.first != texts.second)
            differences.push_back({textOf(id), textOf(texts.first), textOf(texts.second)});
    return differences;
}

} // namespace dinoscope
