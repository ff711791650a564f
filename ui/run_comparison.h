// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/job.h"

#include <QObject>
#include <QString>

#include <optional>

namespace dinoscope {

/// The run that the open one is compared with. There is one place for it in a window; the Runs panel sets it, Curves
/// draws it. GUI thread.
class RunComparison : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    const std::optional<RecordReport>& record() const { return record_; }
    /// The last part of the other run's folder.
    QString name() const;
    void set(std::optional<RecordReport> record);

signals:
    void changed();

private:
    std::optional<RecordReport> record_;
};

/// A parameter in which two runs differ, as texts; one that a run does not know is empty.
struct ParamDifference {
    QString id, here, there;
};

/// By id. Values are compared as the settings file has them.
std::vector<ParamDifference> differencesOf(const ParamSet& here, const RecordReport& there);

} // namespace dinoscope
