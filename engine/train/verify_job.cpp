// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/verify_job.h"

#include "engine/runtime/caught_error.h"
#include "engine/train/compute_threads.h"
#include "engine/train/recordings.h"
#include "engine/train/run_settings.h"

namespace dinoscope {
namespace {

ReplayOptions replayOptions(const VerifyRequest& request) {
    ReplayOptions options;
    options.tolerance = request.tolerance;
    options.device = request.device;
    if (!request.precision.empty())
        options.precision = parsePrecision(request.precision);
    openDevice(request.device);
    return options;
}

} // namespace

Slices<JobAnswer> verifyRecordings(VerifyRequest request) {
    const ReplayOptions options = replayOptions(request);
    RunOptions run;
    run.threads = request.threads;
    const int threads = computeThreads(run);
    FoundRecordings found = findRecordings(request.path);
    VerifyReport report;
    report.skipped = std::move(found.skipped);
    for (const Recording& recording : found.recordings) {
        ReplayReport result{recording.kind, recording.path, {}, {}, {}};
        Slices<ReplayReport> work = replay(recording, options);
        for (bool more = true; more && !result.error;) {
            result.error = errorOf(Step{}, [&] {
                const ComputeThreads scope(threads);
                more = work.next();
            });
            if (more && !result.error)
                co_yield work.progress();
        }
        if (!result.error)
            result = work.take();
        report.recordings.push_back(std::move(result));
    }
    co_return report;
}

} // namespace dinoscope
