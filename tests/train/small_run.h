// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/runtime/step_runner.h"
#include "engine/train/live_run.h"
#include "tests/support/scratch_folder.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace dinoscope::testing {

/// A folder with IDX files of `train` and `test` labelled pictures of 16 x 16 grey pixels: stripes whose direction is
/// their class, with noise. `train` at most 256.
void writeStripes(const std::filesystem::path& folder, std::int64_t train, std::int64_t test);

/// Keeps what a runner says.
class Recorder : public RunnerOutput {
public:
    void point(std::uint32_t metric, Step step, double value, double seconds) override {
        points.push_back({metric, step, value, seconds});
    }
    void log(LogLevel level, std::string text) override { lines.emplace_back(level, std::move(text)); }

    /// The values of one metric in their order.
    std::vector<double> of(Metric metric) const;
    /// All points but those that depend on the clock, as (metric, step, value).
    std::vector<std::tuple<std::uint32_t, std::int64_t, double>> timeless() const;

    std::vector<MetricPoint> points;
    std::vector<std::pair<LogLevel, std::string>> lines;
};

/// A run of a tiny transformer on stripes: 64 pictures, batches of 8, eight steps an epoch.
struct SmallRun {
    using Texts = std::map<std::string, std::string>;

    explicit SmallRun(const Texts& changes = {}, const std::string& runFolder = {});

    static OpenCommand command(const std::filesystem::path& data, const Texts& changes,
                               const std::string& runFolder = {});
    /// Steps, evaluations included.
    void train(int steps);

    ScratchFolder data;
    EngineCatalog catalog;
    Recorder recorder;
    std::unique_ptr<LiveRun> run;
};

} // namespace dinoscope::testing
