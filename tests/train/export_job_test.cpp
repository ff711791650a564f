// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/export_job.h"

#include "engine/checkpoint/model_file.h"
#include "engine/support/check.h"
#include "engine/train/kept_moment.h"
#include "engine/train/run_probes.h"
#include "engine/train/saved_run.h"
#include "engine/train/training_runner.h"
#include "tests/data/picture_files.h"
#include "tests/train/small_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

namespace dinoscope {
namespace {

using testing::Recorder;
using testing::ScratchFolder;
using testing::SmallRun;

/// A run that keeps a folder, driven as the engine does it.
struct KeptRun {
    ScratchFolder data, place;
    Recorder recorder;
    TrainingRunner runner;
    const std::string folder = (place.path() / "run").string();

    KeptRun() {
        testing::writeStripes(data.path(), 64, 32);
        runner.open(SmallRun::command(data.path(), {}, folder), recorder, [] { return true; });
    }
    void train(int steps) {
        for (int i = 0; i < steps; ++i) {
            while (runner.hasWork())
                runner.workSlice(recorder);
            runner.step(recorder);
        }
        while (runner.hasWork())
            runner.workSlice(recorder);
    }
    /// Saves by hand and waits for it.
    void save() {
        runner.save({"kept"}, recorder);
        const auto saved = [&] {
            runner.tend(recorder);
            const auto& line = recorder.lines.empty() ? std::string() : recorder.lines.back().second;
            return line.find("checkpoint of step") != line.npos && line.starts_with("Saved");
        };
        recorder.lines.clear();
        while (!saved())
            std::this_thread::yield();
    }
    void finish() {
        runner.beginFinish(FinishReason::stopped, false, recorder);
        while (runner.hasWork())
            runner.workSlice(recorder);
        runner.finish(FinishReason::stopped, recorder);
    }
    JobAnswer perform(const JobRequest& request) {
        const auto job = runner.startJob(request);
        for (;;)
            if (auto answer = job->slice(recorder))
                return *answer;
    }
    /// Networks, optimiser and centre of a checkpoint.
    std::map<std::string, torch::Tensor> saved(Step step) {
        std::map<std::string, torch::Tensor> out;
        for (const auto& [name, tensor] : readSavedRun(folder, step, runner.catalog()).tensors)
            if (name != "step" && !name.starts_with("linear."))
                out[name] = tensor;
        return out;
    }
    ExportReport exported(ExportRequest request) { return std::get<ExportReport>(perform(request)); }
    /// Work in progress beside the exports.
    bool holdsDrafts() const {
        const std::filesystem::directory_iterator entries(place.path());
        return std::any_of(begin(entries), end(entries), [](const auto& entry) {
            return entry.path().filename().string().starts_with(".dinoscope-export");
        });
    }
    std::string at(const std::string& name) const { return (place.path() / name).string(); }
};

std::string bytesOfFile(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

ExportRequest request(const std::string& format, const std::string& path, const std::string& source = {}) {
    ExportRequest out;
    out.format = format;
    out.path = path;
    out.source = source;
    return out;
}

TEST(ExportJob, EveryFormatLeavesAnOpenRunAndAFinishedOne) {
    KeptRun run;
    run.train(3);
    for (const bool open : {true, false}) {
        if (!open)
            run.finish();
        for (const ExportFormat& format : exportFormats()) {
            ExportRequest wish = request(format.id, run.at((open ? "open-" : "ended-") + format.id + format.suffix),
                                         open ? "" : run.folder);
            wish.head = format.head;
            wish.attention = format.attention;
            if (format.pictures)
                wish.pictures = run.data.path().string();
            wish.count = 5;
            const ExportReport report = run.exported(wish);
            EXPECT_FALSE(report.files.empty() || report.compared.empty() || report.notes.empty()) << format.id;
            for (const std::string& file : report.files) {
                EXPECT_TRUE(std::filesystem::is_regular_file(file)) << file;
                EXPECT_TRUE(file.starts_with(wish.path)) << file;
            }
            EXPECT_EQ(report.example.find("PLACE"), std::string::npos);
        }
        EXPECT_FALSE(run.holdsDrafts());
    }
}

TEST(ExportJob, TakesTheCheckpointThatIsAskedFor) {
    KeptRun run;
    run.train(2);
    run.save();
    const auto early = run.saved(Step{2});
    run.train(3);
    run.finish();
    ExportRequest wish = request("pth", run.at("early.pth"), run.folder);
    wish.at = Step{2};
    wish.network = "student";
    wish.head = true;
    run.exported(wish);
    for (const auto& [name, tensor] : readModelFile(wish.path).state)
        EXPECT_TRUE(torch::equal(tensor, early.at("student" + name.substr(7)))) << name;
    wish.at = Step{4};
    wish.replace = true;
    EXPECT_THROW(run.exported(wish), EngineError) << "there is no checkpoint of step 4";
}

TEST(ExportJob, TheOfficialCheckpointGivesTheRunBack) {
    KeptRun run;
    run.train(9);
    run.save();
    run.exported(request("checkpoint", run.at("checkpoint.pth")));
    const ModelFile file = readModelFile(run.at("checkpoint.pth"));
    for (const auto& [name, tensor] : run.saved(Step{9})) {
        const torch::Tensor found = file.find(name);
        EXPECT_TRUE(found.defined() && torch::equal(found.to(tensor.scalar_type()), tensor)) << name;
    }
    EXPECT_EQ(file.epoch, 1);
    EXPECT_EQ(std::get<std::string>(file.args.at("optimizer")), "adamw");
}

TEST(ExportJob, WhatIsThereIsReplacedOnlyWhenAllowed) {
    KeptRun run;
    run.train(1);
    for (const char* format : {"safetensors", "timm"}) {
        ExportRequest wish = request(format, run.at(format));
        run.exported(wish);
        EXPECT_THROW(run.exported(wish), EngineError);
        wish.replace = true;
        run.exported(wish);
        EXPECT_FALSE(run.holdsDrafts());
    }
}

TEST(ExportJob, NothingButAnEarlierExportIsReplaced) {
    KeptRun run;
    run.train(1);
    const std::string photos = run.at("photos");
    std::filesystem::create_directories(photos + "/holidays");
    std::ofstream(photos + "/beach.jpg") << "a picture";
    for (const char* format : {"timm", "huggingface", "features", "tensorboard", "pth", "onnx"}) {
        ExportRequest wish = request(format, photos);
        wish.replace = true;
        wish.pictures = run.data.path().string();
        EXPECT_THROW(run.exported(wish), EngineError) << format;
        EXPECT_TRUE(std::filesystem::exists(photos + "/beach.jpg")) << format;
        EXPECT_TRUE(std::filesystem::exists(photos + "/holidays")) << format;
    }
    // What lies beside the place under names like those of work in progress belongs to somebody, too.
    std::ofstream(run.at("a.pth.incomplete")) << "mine";
    std::filesystem::create_directories(run.at("model.former"));
    ExportRequest wish = request("timm", run.at("model"));
    run.exported(wish);
    wish.replace = true;
    run.exported(wish);
    run.exported(request("pth", run.at("a.pth")));
    EXPECT_TRUE(std::filesystem::exists(run.at("a.pth.incomplete")));
    EXPECT_TRUE(std::filesystem::exists(run.at("model.former")));
}

TEST(ExportJob, FeaturesAreOfPicturesLoadedAsAsked) {
    KeptRun run;
    const std::vector<std::uint8_t> jpeg = testing::encoded(".jpg", testing::smoothPicture(40, 30, 1));
    testing::writeBytes(run.at("lying/1.jpg"), testing::withOrientation(jpeg, 6));
    testing::writeBytes(run.at("plain/1.jpg"), jpeg);
    const auto features = [&](const std::string& pictures, bool official) {
        ExportRequest wish = request("features", run.at(pictures + (official ? "-official" : "-upright")));
        wish.pictures = run.at(pictures);
        wish.officialLoading = official;
        return bytesOfFile(run.exported(wish).files.front());
    };
    const std::string plain = features("plain", false);
    EXPECT_EQ(features("plain", true), plain);
    EXPECT_EQ(features("lying", true), plain);
    EXPECT_NE(features("lying", false), plain);
}

TEST(ExportJob, AFailureLeavesNothingNew) {
    KeptRun run;
    run.train(1);
    const auto refused = [&](const ExportRequest& wish) {
        try {
            run.exported(wish);
        } catch (const EngineError& error) {
            EXPECT_FALSE(error.error().message.empty());
            return !std::filesystem::exists(wish.path) && !run.holdsDrafts();
        }
        return false;
    };
    EXPECT_TRUE(refused(request("gif", run.at("a.gif"))));
    EXPECT_TRUE(refused(request("safetensors", run.at("a"), run.at("missing.pth"))));
    EXPECT_TRUE(refused(request("features", run.at("features")))) << "without pictures";
    ExportRequest wish = request("timm", run.at("timm"));
    wish.head = true;
    EXPECT_TRUE(refused(wish)) << "no place for a head";
    wish = request("onnx", run.at("a.onnx"));
    wish.network = "nobody";
    EXPECT_TRUE(refused(wish));
    EXPECT_THROW(run.exported(request("csv", "/proc/nowhere/a.csv")), EngineError);
    TrainingRunner empty;
    EXPECT_THROW(empty.startJob(request("csv", run.at("a.csv")))->slice(run.recorder), EngineError) << "no run is open";
}

template <class Answer> Answer ask(TrainingRunner& runner, ProbeQuestion question, std::optional<Step> moment) {
    return std::get<Answer>(runner.probe({1, std::move(question), moment}).answer);
}

TEST(KeptMoments, AnswerAsTheRunDidThen) {
    KeptRun run;
    run.train(2);
    run.save();
    const PictureRef sample{PictureRef::Kind::sample, 5, {}}, row{PictureRef::Kind::lastBatch, 1, {}};
    const auto attention = ask<AttentionAnswer>(run.runner, AttentionRequest{sample}, {});
    const auto softmax = ask<SoftmaxAnswer>(run.runner, SoftmaxRequest{sample}, {});
    const auto crops = ask<CropsAnswer>(run.runner, CropsRequest{row, 0}, {});
    run.train(4);
    const auto now = ask<AttentionAnswer>(run.runner, AttentionRequest{sample}, {});
    EXPECT_NE(now.teacher.parts, attention.teacher.parts) << "it has learned since";
    const Step then{2};
    EXPECT_EQ(run.runner.probe({1, AttentionRequest{sample}, then}).step, then);
    const auto attentionThen = ask<AttentionAnswer>(run.runner, AttentionRequest{sample}, then);
    EXPECT_EQ(attentionThen.teacher.parts, attention.teacher.parts);
    EXPECT_EQ(attentionThen.student.whole, attention.student.whole);
    const auto softmaxThen = ask<SoftmaxAnswer>(run.runner, SoftmaxRequest{sample}, then);
    EXPECT_EQ(softmaxThen.student, softmax.student);
    EXPECT_EQ(softmaxThen.teacher, softmax.teacher);
    EXPECT_EQ(softmaxThen.teacherTemperature, softmax.teacherTemperature);
    const auto cropsThen = ask<CropsAnswer>(run.runner, CropsRequest{row, 0}, then);
    EXPECT_EQ(cropsThen.source.pixels, crops.source.pixels);
    ASSERT_EQ(cropsThen.views.size(), crops.views.size());
    for (std::size_t i = 0; i < crops.views.size(); ++i)
        EXPECT_EQ(cropsThen.views[i].image.pixels, crops.views[i].image.pixels) << i;
    EXPECT_THROW(run.runner.probe({1, AttentionRequest{sample}, Step{3}}), EngineError) << "nothing was kept then";
    // Neighbours need the features of all references, which are computed as work.
    const auto later = ask<NeighboursAnswer>(run.runner, NeighboursRequest{sample, 4}, {});
    EXPECT_EQ(ask<NeighboursAnswer>(run.runner, NeighboursRequest{sample, 4}, then).references, 0);
    EXPECT_TRUE(run.runner.hasWork());
    EXPECT_FALSE(run.runner.status().work.what.empty());
    while (run.runner.hasWork())
        run.runner.workSlice(run.recorder);
    const auto neighbours = ask<NeighboursAnswer>(run.runner, NeighboursRequest{sample, 4}, then);
    EXPECT_EQ(neighbours.measured, then);
    EXPECT_EQ(neighbours.references, later.references);
    ASSERT_EQ(neighbours.teacher.size(), 4U);
    EXPECT_NE(neighbours.student.back().similarity, later.student.back().similarity);
    EXPECT_GT(run.recorder.points.size(), 0U);
}

TEST(KeptMoments, KeepThePairingOfTheirTime) {
    KeptRun run;
    const PictureRef sample{PictureRef::Kind::sample, 5, {}};
    const auto set = [&](const char* pairing) {
        run.runner.setParam(*run.runner.catalog().params.find("loss.pairing"), std::string(pairing));
    };
    set("locals_to_globals");
    run.train(2);
    run.save();
    const auto softmax = ask<SoftmaxAnswer>(run.runner, SoftmaxRequest{sample}, {});
    set("official");
    run.train(1);
    EXPECT_EQ(ask<SoftmaxAnswer>(run.runner, SoftmaxRequest{sample}, {}).studentViews, 5);
    const auto then = ask<SoftmaxAnswer>(run.runner, SoftmaxRequest{sample}, Step{2});
    EXPECT_EQ(then.studentViews, 3);
    EXPECT_EQ(then.sharedViews, 0);
    EXPECT_EQ(then.student, softmax.student);
    EXPECT_FALSE(ask<CropsAnswer>(run.runner, CropsRequest{sample, 0}, Step{2}).views[0].seenByStudent);
}

TEST(Records, ARunIsReadWithoutBeingOpened) {
    KeptRun run;
    run.train(3);
    run.finish();
    const auto record = std::get<RecordReport>(run.perform(ReadRunRequest{run.folder + "/"}));
    EXPECT_EQ(record.path, run.folder);
    EXPECT_GT(record.points.size(), 30U);
    EXPECT_GT(record.params.size(), 50U);
    run.perform(NoteRunRequest{run.folder, "a good one"});
    const auto report = std::get<RunReport>(run.perform(CheckRunRequest{run.folder, false}));
    EXPECT_EQ(report.note, "a good one");
    ASSERT_EQ(report.checkpoints.size(), 1U);
    EXPECT_EQ(report.checkpoints[0].step, Step{3});
    EXPECT_GT(report.bytes, report.checkpoints[0].bytes);
    EXPECT_GT(report.freeBytes, 0U);
    EXPECT_THROW(run.perform(NoteRunRequest{run.at("nowhere"), "x"}), EngineError);
    EXPECT_THROW(run.perform(ReadRunRequest{run.at("nowhere")}), EngineError);
}

} // namespace
} // namespace dinoscope
