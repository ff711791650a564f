// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/job.h"

#include <QObject>

#include <functional>
#include <map>

namespace dinoscope {

class EngineBridge;

/// Starts jobs of the engine and hands each result to who asked for it; a job that is refused ends with that error.
/// Results that come after its end are dropped. GUI thread.
class JobStarter : public QObject {
    Q_OBJECT

public:
    using Ended = std::function<void(const JobResult&)>;

    explicit JobStarter(EngineBridge& bridge, QObject* parent = nullptr);
    JobId start(JobRequest request, Ended ended);
    void cancel(JobId id);
    bool isAtWork() const { return !waiting_.empty(); }

private:
    void finish(const JobResult& result);

    EngineBridge& bridge_;
    std::map<JobId, Ended> waiting_;
};

} // namespace dinoscope
