// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/export_curves.h"

#include "engine/formats/event_file.h"
#include "engine/formats/output_file.h"
#include "engine/support/check.h"
#include "engine/support/durable_file.h"
#include "engine/train/metrics.h"

#include <charconv>
#include <cmath>
#include <fstream>

namespace dinoscope {
namespace {

constexpr const char* kHeader = "metric,step,value,seconds\n";

std::string exactly(double value) {
    char text[32];
    const auto [end, error] = std::to_chars(text, text + sizeof text, value); // the shortest that reads back
    return error == std::errc{} ? std::string(text, end) : std::string();
}

std::string lineOf(const MetricPoint& point) {
    return metricList().at(point.metric).id + "," + std::to_string(point.step.value) + "," + exactly(point.value) +
           "," + exactly(point.seconds) + "\n";
}

[[noreturn]] void differs(const std::string& path) {
    throw EngineError(ErrorCode::io, "train",
                      "'" + path +
                          "' does not hold what was written. Export it again, to another disk if this happens "
                          "again.");
}

bool sameNumber(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

/// Whether a line says what the point is.
bool agrees(const std::string& line, const MetricPoint& point) {
    const std::size_t first = line.find(','), second = line.find(',', first + 1), third = line.find(',', second + 1);
    if (third == line.npos || line.substr(0, first) != metricList().at(point.metric).id ||
        line.substr(first + 1, second - first - 1) != std::to_string(point.step.value))
        return false;
    double value = 0, seconds = 0;
    std::from_chars(line.data() + second + 1, line.data() + third, value);
    std::from_chars(line.data() + third + 1, line.data() + line.size(), seconds);
    return sameNumber(value, point.value) && sameNumber(seconds, point.seconds);
}

} // namespace

ReadBack exportCurvesCsv(const std::vector<MetricPoint>& points, const std::string& path) {
    writeWholeFile(path, [&](DurableFile& file) {
        file.write(kHeader);
        for (const MetricPoint& point : points)
            file.write(lineOf(point));
    });
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    for (const MetricPoint& point : points)
        if (!std::getline(file, line) || !agrees(line, point))
            differs(path);
    if (std::getline(file, line))
        differs(path);
    return {"Read again: all " + std::to_string(points.size()) + " points are equal to the bit.", {path}};
}

ReadBack exportEvents(const std::vector<MetricPoint>& points, double begun, const std::string& folder) {
    makeFolders(folder);
    const std::string path =
        folder + "/events.out.tfevents." + std::to_string(static_cast<std::int64_t>(begun)) + ".dinoscope";
    const auto scalarOf = [&](const MetricPoint& point) {
        const MetricSpec& metric = metricList().at(point.metric);
        return EventScalar{begun + point.seconds, point.step.value, metric.group + "/" + metric.id,
                           static_cast<float>(point.value)};
    };
    writeWholeFile(path, [&](DurableFile& file) {
        file.write(eventFileHeader(begun));
        for (const MetricPoint& point : points)
            file.write(eventRecord(scalarOf(point)));
    });
    const std::vector<EventScalar> found = readEvents(path);
    if (found.size() != points.size())
        differs(path);
    for (std::size_t i = 0; i < points.size(); ++i) {
        const EventScalar wanted = scalarOf(points[i]);
        if (found[i].tag != wanted.tag || found[i].step != wanted.step || found[i].wallTime != wanted.wallTime ||
            !sameNumber(found[i].value, wanted.value))
            differs(path);
    }
    return {"Read again: all " + std::to_string(points.size()) + " points are there, rounded to float32.", {path}};
}

} // namespace dinoscope
