// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/job_starter.h"

#include "ui/engine_bridge.h"

#include <utility>

namespace dinoscope {

JobStarter::JobStarter(EngineBridge& bridge, QObject* parent) : QObject(parent), bridge_(bridge) {
    connect(&bridge_, &EngineBridge::jobEnded, this, &JobStarter::finish);
}

JobId JobStarter::start(JobRequest request, Ended ended) {
    const JobId id = bridge_.newJobId();
    waiting_.emplace(id, std::move(ended));
    bridge_.post(StartJobCommand{id, std::move(request)}, this, [this, id](const Acknowledgement& answer) {
        if (answer.refused)
            finish({id, {}, answer.refused});
    });
    return id;
}

void JobStarter::cancel(JobId id) {
    if (waiting_.contains(id))
        bridge_.post(CancelJobCommand{id});
}

void JobStarter::finish(const JobResult& result) {
    if (const auto entry = waiting_.extract(result.id))
        entry.mapped()(result);
}

} // namespace dinoscope
