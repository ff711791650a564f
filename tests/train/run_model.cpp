// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/train/run_model.h"

#include "engine/api/unclosed_run.h"
#include "engine/checkpoint/checkpoint_store.h"
#include "engine/checkpoint/metrics_store.h"
#include "engine/checkpoint/model_file.h"
#include "engine/support/check.h"
#include "engine/train/catalog.h"
#include "engine/train/metrics.h"

#include <rapidcheck.h>
#include <sqlite3.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

namespace dinoscope::testing {
namespace {

constexpr double kFirstRate = 0.05;

/// 32 pictures in batches of 4, a checkpoint an epoch, of which the last two and those of each second epoch are kept.
const SmallRun::Texts kTiny = {
    {"run.batch_size", "4"},     {"augment.local_crops", "1"}, {"eval.references", "8"},       {"eval.queries", "4"},
    {"eval.every_steps", "0"},   {"save.every_minutes", "0"},  {"save.every_epochs", "1"},     {"save.keep_last", "2"},
    {"save.keep_best", "false"}, {"data.loader_threads", "1"}, {"save.keep_every_epochs", "2"}};

std::string textOf(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// "2: optim.lr: 0.05 -> 0.02" for each live change in a folder.
std::vector<std::string> changesIn(const std::string& folder) {
    std::vector<std::string> changes;
    sqlite3* database = nullptr;
    const auto collect = [](void* into, int, char** columns, char**) {
        static_cast<std::vector<std::string>*>(into)->push_back(std::string(columns[0]) + ": " + columns[1]);
        return 0;
    };
    sqlite3_open_v2((folder + "/metrics.sqlite").c_str(), &database, SQLITE_OPEN_READONLY, nullptr);
    sqlite3_exec(database, "SELECT step, text FROM changes ORDER BY rowid", collect, &changes, nullptr);
    sqlite3_close(database);
    return changes;
}

std::vector<std::string> changesOf(const RunModel& model) {
    std::vector<std::string> changes;
    double rate = model.inherited.empty() ? kFirstRate : model.inherited.back().rate;
    for (const RateChange& change : model.changes) {
        changes.push_back(std::to_string(change.step) + ": optim.lr: " + formatParam(ParamValue(rate)) + " -> " +
                          formatParam(ParamValue(change.rate)));
        rate = change.rate;
    }
    return changes;
}

} // namespace

void RunModel::train() {
    ++step;
    if (step % kStepsPerEpoch == 0)
        save(false);
}

void RunModel::save(bool byHand) {
    std::erase_if(kept, [this](const ModelCheckpoint& checkpoint) { return checkpoint.step == step; });
    kept.push_back({step, byHand, false, changes});
    std::sort(kept.begin(), kept.end(), [](const auto& a, const auto& b) { return a.step < b.step; });
    const std::int64_t firstOfTheLast = kept[kept.size() - std::min<std::size_t>(2, kept.size())].step;
    std::erase_if(kept, [&](const ModelCheckpoint& c) {
        const bool secondEpoch = c.step > 0 && c.step % (2 * kStepsPerEpoch) == 0;
        return c.step != step && c.step < firstOfTheLast && !c.byHand && !secondEpoch;
    });
    saved = step;
}

void RunModel::stop() {
    if (saved != step)
        save(false);
    open = false;
    closed = true;
}

void RunModel::resume() {
    const ModelCheckpoint from = newestGood() ? *newestGood() : ModelCheckpoint();
    step = saved = from.step;
    changes = from.changes;
    open = true;
    closed = false;
}

void RunModel::forkAt(const ModelCheckpoint& checkpoint) {
    RunModel fork;
    fork.folder = folder + 1;
    fork.forked = true;
    fork.step = checkpoint.step;
    fork.saved = checkpoint.step == 0 ? 0 : -1;
    fork.inherited = inherited;
    fork.inherited.insert(fork.inherited.end(), checkpoint.changes.begin(), checkpoint.changes.end());
    *this = fork;
}

void RunModel::damageNewest() {
    std::find_if(kept.rbegin(), kept.rend(), [](const auto& c) { return !c.damaged; })->damaged = true;
}

const ModelCheckpoint* RunModel::newestGood() const {
    const auto good = std::find_if(kept.rbegin(), kept.rend(), [](const auto& c) { return !c.damaged; });
    return good == kept.rend() ? nullptr : &*good;
}

std::string RunModel::pathTo(std::int64_t wanted) const {
    std::vector<RateChange> all{{0, kFirstRate}};
    for (const auto* list : {&inherited, &changes})
        for (const RateChange& change : *list) {
            if (change.step >= wanted)
                continue;
            if (all.size() > 1 && all.back().step == change.step)
                all.pop_back(); // no step was made under that one
            if (all.back().rate != change.rate)
                all.push_back(change);
        }
    std::ostringstream path;
    for (const RateChange& change : all)
        path << change.step << ":" << change.rate << " ";
    path << "-> " << wanted;
    return path.str();
}

std::string RunModel::pathTo(const ModelCheckpoint& checkpoint) const {
    RunModel then = *this;
    then.changes = checkpoint.changes;
    return then.pathTo(checkpoint.step);
}

RunUnderTest::RunUnderTest(const std::filesystem::path& data) : data_(data) { open(0); }

void RunUnderTest::makeRunner() {
    runner_ = std::make_unique<TrainingRunner>();
    rang_ = false;
    runner_->setWake([this] {
        const std::lock_guard lock(mutex_);
        rang_ = true;
        bell_.notify_all();
    });
}

void RunUnderTest::open(int number) {
    makeRunner();
    runner_->open(SmallRun::command(data_, kTiny, folder(number)), recorder_, [] { return true; });
    work();
}

void RunUnderTest::work() {
    while (runner_->hasWork())
        runner_->workSlice(recorder_);
}

void RunUnderTest::awaitSave(std::int64_t step) {
    const std::string words = "Saved the checkpoint of step " + std::to_string(step) + ",";
    const auto isSaid = [&](const auto& line) { return line.second.find(words) != std::string::npos; };
    while (std::none_of(recorder_.lines.begin(), recorder_.lines.end(), isSaid)) {
        for (const auto& [level, text] : recorder_.lines)
            RC_ASSERT(level != LogLevel::error);
        std::unique_lock lock(mutex_);
        bell_.wait(lock, [this] { return std::exchange(rang_, false); });
        lock.unlock();
        runner_->tend(recorder_);
    }
    recorder_.lines.clear();
}

void RunUnderTest::train(const RunModel& before) {
    recorder_ = {};
    const std::int64_t step = before.step + 1;
    runner_->step(recorder_);
    const std::vector<double> losses = recorder_.of(Metric::loss);
    RC_ASSERT(losses.size() == 1U);
    const auto [seen, isNew] = losses_.emplace(before.pathTo(step), losses[0]);
    RC_ASSERT(seen->second == losses[0]);
    runner_->tend(recorder_);
    if (step % RunModel::kStepsPerEpoch == 0)
        awaitSave(step);
}

void RunUnderTest::setRate(double rate) {
    const ParamSpec& spec = *runner_->catalog().params.find("optim.lr");
    Acknowledgement answer;
    answer.step = runner_->status().step;
    answer.detail = runner_->setParam(spec, ParamValue(rate));
    runner_->recordAcknowledgement(answer);
}

void RunUnderTest::save(std::int64_t step) {
    recorder_ = {};
    runner_->save({"by hand"}, recorder_);
    awaitSave(step);
}

void RunUnderTest::stop() {
    runner_->beginFinish(FinishReason::stopped, false, recorder_);
    work();
    runner_->finish(FinishReason::stopped, recorder_);
    runner_.reset();
}

void RunUnderTest::rest() {
    recorder_ = {};
    for (int turn = 0; turn < 3; ++turn)
        runner_->tend(recorder_);
    RC_ASSERT(recorder_.lines.empty());
}

void RunUnderTest::load(int from, int to, std::optional<Step> at) {
    makeRunner();
    OpenCommand run;
    run.runFolder = folder(to);
    runner_->load({folder(from), run, at}, recorder_, [] { return true; });
    work();
}

void RunUnderTest::damage(int number, std::int64_t step) {
    std::ofstream(folder(number) + "/checkpoints/" + checkpointName(Step{step}) + "/values.json", std::ios::app) << " ";
}

std::vector<float> RunUnderTest::logits(std::optional<Step> moment) {
    const ProbeResult result = runner_->probe({1, SoftmaxRequest{{PictureRef::Kind::sample, 3, {}}}, moment});
    const auto& answer = std::get<SoftmaxAnswer>(result.answer);
    std::vector<float> both = answer.student;
    both.insert(both.end(), answer.teacher.begin(), answer.teacher.end());
    return both;
}

void RunUnderTest::compareSeen(std::map<std::string, std::vector<float>>& before, const std::string& path,
                               std::vector<float> now) {
    RC_ASSERT(!now.empty());
    const auto [seen, isNew] = before.try_emplace(path, now);
    RC_ASSERT(seen->second == now);
}

void RunUnderTest::scrub(const RunModel& model, const ModelCheckpoint& at) {
    if (at.damaged)
        RC_ASSERT_THROWS_AS(logits(Step{at.step}), EngineError);
    else
        compareSeen(logits_, model.pathTo(at), logits(Step{at.step}));
}

void RunUnderTest::exportStudent(const RunModel& model, const ModelCheckpoint* at) {
    ExportRequest request;
    request.format = "pth";
    request.network = "student";
    request.head = true;
    request.path = folders_ / "student.pth";
    request.replace = true;
    if (at || !model.open)
        request.source = folder(model.folder);
    if (at)
        request.at = Step{at->step};
    const auto perform = [&] {
        TrainingRunner other; // as of a window in which no run is open
        const auto job = (request.source.empty() ? *runner_ : other).startJob(request);
        while (!job->slice(recorder_)) {
        }
    };
    if (at && at->damaged) {
        RC_ASSERT_THROWS_AS(perform(), EngineError);
        return;
    }
    perform();
    std::vector<float> values;
    for (const auto& [name, tensor] : readModelFile(request.path).state) {
        const torch::Tensor flat = tensor.to(torch::kFloat).contiguous();
        values.insert(values.end(), flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
    }
    compareSeen(exports_,
                at           ? model.pathTo(*at)
                : model.open ? model.pathTo(model.step)
                             : model.pathTo(*model.newestGood()),
                std::move(values));
}

void RunUnderTest::compare(const RunModel& model) {
    const std::string path = folder(model.folder);
    const CheckpointStore store(path);
    std::vector<std::int64_t> kept, expected;
    for (const CheckpointEntry& entry : store.list())
        kept.push_back(entry.moment.step.value);
    for (const ModelCheckpoint& checkpoint : model.kept)
        expected.push_back(checkpoint.step);
    RC_ASSERT(kept == expected);
    const auto newest = store.newestGood();
    RC_ASSERT(newest.entry.has_value() == (model.newestGood() != nullptr));
    if (newest.entry)
        RC_ASSERT(newest.entry->moment.step.value == model.newestGood()->step);
    const std::string config = textOf(path + "/config.toml");
    RC_ASSERT(configs_.emplace(model.folder, config).first->second == config);
    RC_ASSERT(unclosedRun(path).has_value() == (!model.open && !model.closed));
    if (model.open) {
        RC_ASSERT(runner_->status().step.value == model.step);
        RC_ASSERT(runner_->params()->at("optim.lr") == ParamValue(!model.changes.empty() ? model.changes.back().rate
                                                                  : !model.inherited.empty()
                                                                      ? model.inherited.back().rate
                                                                      : kFirstRate));
        compareSeen(logits_, model.pathTo(model.step), logits({}));
    } else {
        compareRecord(model);
    }
}

void RunUnderTest::compareRecord(const RunModel& model) {
    const std::string path = folder(model.folder);
    std::int64_t steps = 0;
    for (const MetricPoint& point : MetricsStore(path + "/metrics.sqlite", metricList()).pointsFrom(Step{0})) {
        if (point.metric != static_cast<std::uint32_t>(Metric::loss))
            continue;
        RC_ASSERT(point.step.value == ++steps);
        RC_ASSERT(point.value == losses_.at(model.pathTo(steps)));
    }
    RC_ASSERT(steps == model.step);
    RC_ASSERT(changesIn(path) == changesOf(model));
}

} // namespace dinoscope::testing
