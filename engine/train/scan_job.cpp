// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/scan_job.h"

#include "engine/data/name_split.h"
#include "engine/data/source_opening.h"
#include "engine/data/source_scan.h"
#include "engine/support/check.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

namespace dinoscope {
namespace {

constexpr std::chrono::milliseconds kSlice{40};

int threadsFor(const ScanRequest& request) {
    if (request.threads < 0)
        throw EngineError(ErrorCode::badParameter, "data",
                          "A scan with " + std::to_string(request.threads) +
                              " threads cannot be: name a number above 0, or 0 for one a processor.");
    const std::int64_t processors = std::max(1u, std::thread::hardware_concurrency());
    return static_cast<int>(std::min<std::int64_t>(request.threads > 0 ? request.threads : processors, 1024));
}

void addClasses(const ImageSource& source, std::int64_t ScanReport::Class::*part, ScanReport& report) {
    for (std::size_t i = report.classes.size(); i < source.classNames().size(); ++i)
        report.classes.push_back({source.classNames()[i]});
    for (SampleIndex index{0}; index.value < source.count(); ++index.value)
        if (const auto label = source.label(index); label && *label >= 0)
            ++(report.classes[static_cast<std::size_t>(*label)].*part);
}

void addLeftovers(const ImageSource& source, ScanReport& report) {
    report.bytes += source.storedBytes();
    const Leftovers leftovers = source.leftovers();
    report.otherFiles += leftovers.otherFiles;
    for (const ScanReport::Problem& problem : leftovers.unusable) {
        ++report.counts[static_cast<std::size_t>(problem.verdict)];
        report.problems.push_back(problem);
    }
}

void addFindings(const ScanFindings& findings, ScanReport& report) {
    report.counts = findings.counts;
    report.problems = findings.problems;
    report.leastWidth = findings.leastWidth;
    report.mostWidth = findings.mostWidth;
    report.leastHeight = findings.leastHeight;
    report.mostHeight = findings.mostHeight;
    const auto has = [](std::int64_t pictures) { return pictures > 0; };
    const auto first = std::find_if(findings.sizes.begin(), findings.sizes.end(), has);
    const auto end = std::find_if(findings.sizes.rbegin(), findings.sizes.rend(), has).base();
    for (auto at = first; at < end; ++at) {
        const std::int64_t from = std::int64_t{1} << (at - findings.sizes.begin());
        report.sizes.push_back({from, 2 * from - 1, *at});
    }
}

/// Completed with what is told by names and sizes alone; of a million pictures that takes a while.
ScanReport counted(ScanReport report, const DataSets& sets, double testShare) {
    for (const ImageSourcePtr& source : {sets.train, sets.test})
        if (source)
            addLeftovers(*source, report);
    const DataSets parts = splitByName(sets, testShare);
    report.train = parts.train->count();
    addClasses(*parts.train, &ScanReport::Class::train, report);
    if (parts.test) {
        report.test = parts.test->count();
        addClasses(*parts.test, &ScanReport::Class::test, report);
    }
    return report;
}

} // namespace

Slices<JobAnswer> scanPictures(ScanRequest request) {
    const int threads = threadsFor(request);
    WorkProgress progress;
    SourceOpening opening(request.path, {request.kind, {request.officialLoading}, 0});
    do {
        progress = opening.progress();
        co_yield progress;
    } while (!opening.wait(kSlice));
    const DataSets sets = opening.take();
    ScanFindings all;
    ScanReport report;
    progress = {"Reading pictures", 0, sets.train->count() + (sets.test ? sets.test->count() : 0)};
    std::vector<ImageSourcePtr> sources{sets.train};
    if (sets.test)
        sources.push_back(sets.test);
    for (const ImageSourcePtr& source : request.filesOnly ? std::vector<ImageSourcePtr>{} : sources) {
        const bool trained = source == sets.train;
        SourceScan scan(source, threads, {request.colors && trained, request.meanPicture && trained});
        const std::int64_t before = progress.done;
        for (bool more = true; more;) {
            more = scan.wait(kSlice);
            progress.done = before + scan.done();
            co_yield progress;
        }
        if (trained)
            report.meanPicture = scan.findings().meanPicture.image();
        if (request.colors && trained)
            report.colors = colorStatistics(scan.findings(), source->channels());
        all.add(scan.findings());
    }
    addFindings(all, report);
    report.path = request.path;
    report.name = sets.train->name();
    ReadingTask<ScanReport> counting(
        request.path, [report, sets, share = request.testShare] { return counted(report, sets, share); });
    do {
        co_yield progress;
    } while (!counting.wait(kSlice));
    co_return counting.take();
}

} // namespace dinoscope
