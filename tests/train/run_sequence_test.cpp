// SPDX-License-Identifier: GPL-3.0-or-later
// Random sequences of commands to a run, compared with a model of what must hold. A failure prints the shortest
// sequence that shows it. A further command is a class below and a name in anyCommand(); a command that must not change
// the run has no apply().
#include "tests/train/run_model.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/state.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <typeinfo>

namespace dinoscope {
namespace {

using testing::ModelCheckpoint;
using testing::RunModel;
using testing::RunUnderTest;
using testing::ScratchFolder;

/// The part that all commands share: act(), and then everything must be as apply() says. In RC_PRE, which takes
/// expressions apart, && would evaluate both sides but for a second pair of parentheses.
class RunCommandBase : public rc::state::Command<RunModel, RunUnderTest> {
public:
    void run(const RunModel& before, RunUnderTest& run) const override {
        act(before, run);
        run.compare(nextState(before));
        ++counts()[typeid(*this).name()];
    }
    /// How often each command was carried out.
    static std::map<std::string, int>& counts() {
        static std::map<std::string, int> all;
        return all;
    }
    virtual void act(const RunModel& before, RunUnderTest& run) const = 0;
};

class Train : public RunCommandBase {
public:
    Train() : steps_(*rc::gen::inRange(1, 7)) {}
    void checkPreconditions(const RunModel& model) const override {
        RC_PRE((model.open && model.step + steps_ <= RunModel::kMostSteps));
    }
    void apply(RunModel& model) const override {
        for (int i = 0; i < steps_; ++i)
            model.train();
    }
    void act(const RunModel& before, RunUnderTest& run) const override {
        RunModel model = before;
        for (int i = 0; i < steps_; ++i, model.train())
            run.train(model);
    }
    void show(std::ostream& out) const override { out << "train " << steps_ << " steps"; }

private:
    int steps_;
};

class SetRate : public RunCommandBase {
public:
    SetRate() : rate_(*rc::gen::element(0.05, 0.02, 0.08)) {}
    void checkPreconditions(const RunModel& model) const override { RC_PRE(model.open); }
    void apply(RunModel& model) const override { model.changes.push_back({model.step, rate_}); }
    void act(const RunModel&, RunUnderTest& run) const override { run.setRate(rate_); }
    void show(std::ostream& out) const override { out << "set the learning rate to " << rate_; }

private:
    double rate_;
};

class Save : public RunCommandBase {
public:
    void checkPreconditions(const RunModel& model) const override { RC_PRE(model.open); }
    void apply(RunModel& model) const override { model.save(true); }
    void act(const RunModel& before, RunUnderTest& run) const override { run.save(before.step); }
    void show(std::ostream& out) const override { out << "save by hand"; }
};

class Pause : public RunCommandBase {
public:
    void checkPreconditions(const RunModel& model) const override { RC_PRE(model.open); }
    void act(const RunModel&, RunUnderTest& run) const override { run.rest(); }
    void show(std::ostream& out) const override { out << "pause"; }
};

class Stop : public RunCommandBase {
public:
    void checkPreconditions(const RunModel& model) const override { RC_PRE(model.open); }
    void apply(RunModel& model) const override { model.stop(); }
    void act(const RunModel&, RunUnderTest& run) const override { run.stop(); }
    void show(std::ostream& out) const override { out << "stop"; }
};

/// The runner is gone without having finished; what its threads had begun they end, as kill_runs does not allow them.
class Drop : public RunCommandBase {
public:
    void checkPreconditions(const RunModel& model) const override { RC_PRE(model.open); }
    void apply(RunModel& model) const override { model.open = model.closed = false; }
    void act(const RunModel&, RunUnderTest& run) const override { run.kill(); }
    void show(std::ostream& out) const override { out << "drop"; }
};

class Open : public RunCommandBase {
public:
    void checkPreconditions(const RunModel& model) const override { RC_PRE(!model.open); }
    void apply(RunModel& model) const override {
        const int folder = model.folder + 1;
        model = {};
        model.folder = folder;
    }
    void act(const RunModel& before, RunUnderTest& run) const override { run.open(before.folder + 1); }
    void show(std::ostream& out) const override { out << "open a new run"; }
};

class Resume : public RunCommandBase {
public:
    void checkPreconditions(const RunModel& model) const override { RC_PRE((!model.open && model.canResume())); }
    void apply(RunModel& model) const override { model.resume(); }
    void act(const RunModel& before, RunUnderTest& run) const override {
        run.load(before.folder, before.folder, std::nullopt);
    }
    void show(std::ostream& out) const override { out << "resume"; }
};

class Fork : public RunCommandBase {
public:
    Fork() : which_(*rc::gen::inRange<std::size_t>(0, 4)) {}
    void checkPreconditions(const RunModel& model) const override {
        RC_PRE((!model.open && which_ < model.kept.size() && !model.kept[which_].damaged));
    }
    void apply(RunModel& model) const override {
        const ModelCheckpoint from = model.kept[which_];
        model.forkAt(from);
    }
    void act(const RunModel& before, RunUnderTest& run) const override {
        run.load(before.folder, before.folder + 1, Step{before.kept[which_].step});
    }
    void show(std::ostream& out) const override { out << "fork at checkpoint " << which_; }

private:
    std::size_t which_;
};

class Damage : public RunCommandBase {
public:
    void checkPreconditions(const RunModel& model) const override { RC_PRE((!model.open && model.newestGood())); }
    void apply(RunModel& model) const override { model.damageNewest(); }
    void act(const RunModel& before, RunUnderTest& run) const override {
        run.damage(before.folder, before.newestGood()->step);
    }
    void show(std::ostream& out) const override { out << "damage the newest checkpoint"; }
};

/// The window shows a kept moment of the run that it trains.
class Scrub : public RunCommandBase {
public:
    Scrub() : which_(*rc::gen::inRange<std::size_t>(0, 4)) {}
    void checkPreconditions(const RunModel& model) const override {
        RC_PRE((model.open && which_ < model.kept.size()));
    }
    void act(const RunModel& before, RunUnderTest& run) const override { run.scrub(before, before.kept[which_]); }
    void show(std::ostream& out) const override { out << "scrub to checkpoint " << which_; }

private:
    std::size_t which_;
};

/// Of one of the first checkpoints; of the last kind, of the run as it is.
class Export : public RunCommandBase {
public:
    Export() : which_(*rc::gen::inRange<std::size_t>(0, 4)) {}
    void checkPreconditions(const RunModel& model) const override {
        RC_PRE((which_ == 3 ? model.open || model.newestGood() : which_ < model.kept.size()));
    }
    void act(const RunModel& before, RunUnderTest& run) const override {
        run.exportStudent(before, which_ == 3 ? nullptr : &before.kept[which_]);
    }
    void show(std::ostream& out) const override {
        if (which_ == 3)
            out << "export";
        else
            out << "export checkpoint " << which_;
    }

private:
    std::size_t which_;
};

/// A command that stands here twice comes twice as often.
auto anyCommand() {
    return rc::state::gen::execOneOfWithArgs<Train, Train, SetRate, Save, Pause, Stop, Drop, Open, Resume, Resume, Fork,
                                             Fork, Damage, Damage, Scrub, Scrub, Export>();
}

TEST(RunSequence, AHundredRandomOnesAreAsTheModelSays) {
    // RC_PARAMS of the person's own, as a failure prints them, come first.
    ::setenv("RC_PARAMS", "seed=20260131 max_success=100 max_size=40", 0);
    if (std::filesystem::is_directory("/dev/shm")) // the disk's promises are kept elsewhere
        ::setenv("TMPDIR", "/dev/shm", 0);
    const ScratchFolder data;
    testing::writeStripes(data.path(), 32, 16);
    EXPECT_TRUE(rc::check("a run is as the model says", [&] {
        RunUnderTest run(data.path());
        rc::state::check(RunModel(), run, anyCommand());
    }));
    EXPECT_EQ(RunCommandBase::counts().size(), 12U) << "kinds of commands";
    for (const auto& [name, count] : RunCommandBase::counts())
        EXPECT_GE(count, 15) << name;
}

} // namespace
} // namespace dinoscope
