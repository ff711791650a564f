// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/train/training_runner.h"
#include "tests/train/small_run.h"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace dinoscope::testing {

// A few lines that say what must hold of a run that is trained, saved, stopped, killed, taken up and forked, and the
// true runner beside them. run_sequence_test compares the two after each command.

/// The learning rate was set by hand: in force from the step after this one on.
struct RateChange {
    std::int64_t step = 0;
    double rate = 0;
};

struct ModelCheckpoint {
    std::int64_t step = 0;
    bool byHand = false, damaged = false;
    std::vector<RateChange> changes; ///< of its run up to it
};

/// What must hold of one run and its folder.
struct RunModel {
    static constexpr std::int64_t kStepsPerEpoch = 8, kMostSteps = 40;

    int folder = 0;                    ///< number of the run's folder
    bool open = true;                  ///< a runner has it
    bool closed = false;               ///< ended in order
    bool forked = false;               ///< begun from a checkpoint of another run
    std::int64_t step = 0;             ///< finished steps; of a run that is not open those that were recorded
    std::int64_t saved = 0;            ///< step whose state needs no checkpoint at the end; -1: none
    std::vector<RateChange> inherited; ///< by the run that it was forked from
    std::vector<RateChange> changes;   ///< its own
    std::vector<ModelCheckpoint> kept; ///< by step

    void train();
    void save(bool byHand);
    void stop();
    void resume();
    void damageNewest();
    void forkAt(const ModelCheckpoint& checkpoint);

    /// From its newest good checkpoint; without a checkpoint it begins again.
    bool canResume() const { return newestGood() || (kept.empty() && !forked && (!closed || step == 0)); }
    /// Null: none is whole.
    const ModelCheckpoint* newestGood() const;
    /// What the networks after a step, and its loss, depend on.
    std::string pathTo(std::int64_t step) const;
    std::string pathTo(const ModelCheckpoint& checkpoint) const;
};

/// The true runner with the smallest run there is, in folders of its own.
class RunUnderTest {
public:
    explicit RunUnderTest(const std::filesystem::path& data);

    void open(int folder);
    void train(const RunModel& before);
    void setRate(double rate);
    void save(std::int64_t step);
    void stop();
    void kill() { runner_.reset(); }
    void rest();
    /// Goes on with a run in `to`, which may be another folder, from the newest checkpoint or the one of step `at`.
    void load(int from, int to, std::optional<Step> at);
    void damage(int folder, std::int64_t step);
    /// The networks answer at a checkpoint as they did then; at a damaged one there is an error.
    void scrub(const RunModel& model, const ModelCheckpoint& at);
    /// Writes the student for other programs and reads it again: of a checkpoint, else of the open run or the newest
    /// good checkpoint.
    void exportStudent(const RunModel& model, const ModelCheckpoint* at);

    /// Compares everything that can be seen with what must hold. @throws a failed assertion.
    void compare(const RunModel& model);

private:
    std::string folder(int number) const { return folders_ / ("run-" + std::to_string(number)); }
    void makeRunner();
    void work();
    void awaitSave(std::int64_t step);
    void compareRecord(const RunModel& model);
    std::vector<float> logits(std::optional<Step> moment);
    /// What was seen of the networks is what was seen before, if it depends on the same.
    static void compareSeen(std::map<std::string, std::vector<float>>& before, const std::string& path,
                            std::vector<float> now);

    const std::filesystem::path data_;
    ScratchFolder folders_;
    std::mutex mutex_;
    std::condition_variable bell_;
    bool rang_ = false; ///< a save has ended
    std::unique_ptr<TrainingRunner> runner_;
    Recorder recorder_;
    // By what they depend on, as they were seen first.
    std::map<std::string, double> losses_;
    std::map<std::string, std::vector<float>> logits_, exports_;
    std::map<int, std::string> configs_; ///< as they were written first
};

} // namespace dinoscope::testing
