// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fakes/fake_answers.h"

#include "engine/support/check.h"
#include "engine/support/random.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace dinoscope {
namespace {

constexpr int kSide = 28;
constexpr std::int64_t kPrototypes = 64, kGlobals = 2, kLocals = 4, kViews = kGlobals + kLocals;
constexpr std::int64_t kHeads = 3, kBlocks = 4, kGrid = 7;
constexpr std::array<const char*, 10> kClasses = {"T-shirt", "Trouser", "Pullover", "Dress", "Coat",
                                                  "Sandal",  "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};

RandomStream streamOf(std::int64_t sample, std::int64_t epoch, std::uint32_t crop) {
    return {7, static_cast<std::uint64_t>(epoch), static_cast<std::uint64_t>(sample), crop, RandomPurpose::preview};
}

std::int64_t indexOf(const PictureRef& picture) {
    return picture.kind == PictureRef::Kind::given ? 0 : std::max<std::int64_t>(0, picture.index);
}

Image pictureOf(const PictureRef& picture) {
    return picture.kind == PictureRef::Kind::given && picture.image ? *picture.image : fakePicture(indexOf(picture));
}

std::string captionOf(const PictureRef& picture) {
    if (picture.kind == PictureRef::Kind::given)
        return picture.name.empty() ? "Given picture" : picture.name;
    const std::int64_t index = indexOf(picture);
    return (picture.kind == PictureRef::Kind::lastBatch ? "Row " : "Picture ") + std::to_string(index) + ", " +
           kClasses[static_cast<std::size_t>(index % 10)];
}

/// The box of `view`, scaled to `side` x `side` by nearest neighbour.
Image cut(const Image& source, const ViewInfo& view, int side) {
    Image image{side, side, source.channels, {}};
    image.pixels.reserve(static_cast<std::size_t>(side * side * source.channels));
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) {
            const int u = view.flipped ? side - 1 - x : x;
            const int column =
                std::clamp(static_cast<int>(view.left + (u + 0.5) * view.width / side), 0, source.width - 1);
            const int row =
                std::clamp(static_cast<int>(view.top + (y + 0.5) * view.height / side), 0, source.height - 1);
            for (int c = 0; c < source.channels; ++c) {
                const double value =
                    source.pixels[static_cast<std::size_t>((row * source.width + column) * source.channels + c)];
                image.pixels.push_back(static_cast<std::uint8_t>(std::clamp(value * view.brightness, 0.0, 255.0)));
            }
        }
    return image;
}

ViewInfo makeView(const Image& source, std::int64_t sample, std::int64_t reroll, std::uint32_t crop,
                  const FakeCropping& cropping) {
    RandomStream random = streamOf(sample, reroll, crop);
    ViewInfo view;
    view.isGlobal = crop < kGlobals;
    view.seenByTeacher = view.isGlobal;
    view.seenByStudent = !view.isGlobal || !cropping.articlePairing;
    view.areaShare = view.isGlobal ? random.uniform(cropping.globalMin, cropping.globalMax)
                                   : random.uniform(cropping.localMin, cropping.localMax);
    view.aspect = random.uniform(0.75, 1.33);
    const double area = view.areaShare * source.width * source.height;
    view.width = std::min<double>(source.width, std::sqrt(area * view.aspect));
    view.height = std::min<double>(source.height, std::sqrt(area / view.aspect));
    view.left = random.uniform(0, source.width - view.width);
    view.top = random.uniform(0, source.height - view.height);
    view.flipped = random.uniform() < 0.5;
    view.jittered = random.uniform() < 0.8;
    if (view.jittered) {
        view.brightness = random.uniform(0.6, 1.4);
        view.contrast = random.uniform(0.6, 1.4);
    }
    view.blurRadius = random.uniform() < 0.2 ? 1.0 : 0.0;
    view.solarized = crop == 1 && random.uniform() < 0.2;
    view.image = cut(source, view, static_cast<int>(view.isGlobal ? cropping.globalSide : cropping.localSide));
    return view;
}

/// Attention that gathers around a point of the picture that differs from head to head.
PatchMaps attentionMaps(std::int64_t sample, std::int64_t block, double sharpness) {
    PatchMaps answer;
    answer.whole.assign(kGrid * kGrid, 0);
    std::vector<float>& maps = answer.parts;
    for (std::int64_t head = 0; head < kHeads; ++head) {
        RandomStream random = streamOf(sample, block, static_cast<std::uint32_t>(head));
        const double row = random.uniform(1, kGrid - 2), column = random.uniform(1, kGrid - 2);
        const std::size_t begin = maps.size();
        double sum = 0;
        for (std::int64_t y = 0; y < kGrid; ++y)
            for (std::int64_t x = 0; x < kGrid; ++x) {
                const double distance = (y - row) * (y - row) + (x - column) * (x - column);
                maps.push_back(static_cast<float>(std::exp(-distance * sharpness)));
                sum += maps.back();
            }
        for (std::size_t i = begin; i < maps.size(); ++i) {
            maps[i] = static_cast<float>(0.9 * maps[i] / sum);
            answer.whole[i - begin] += maps[i] / kHeads;
        }
    }
    return answer;
}

std::vector<Neighbour> neighboursFrom(std::int64_t first, std::int64_t stride, std::int64_t count) {
    std::vector<Neighbour> neighbours;
    for (std::int64_t i = 1; i <= count; ++i) {
        const std::int64_t sample = first + i * stride;
        neighbours.push_back(
            {sample, 1 - 0.02 * static_cast<double>(i), static_cast<std::int32_t>(sample % 10), fakePicture(sample)});
    }
    return neighbours;
}

} // namespace

Image fakePicture(std::int64_t index) {
    Image image{kSide, kSide, 1, std::vector<std::uint8_t>(kSide * kSide, 0)};
    const int kind = static_cast<int>(index % 10);
    for (int y = 3; y < kSide - 3; ++y)
        for (int x = 3; x < kSide - 3; ++x) {
            const double u = (x - 13.5) / 11, v = (y - 13.5) / 11;
            const bool inside = kind % 2 == 0 ? std::abs(u) + 0.1 * kind * std::abs(v) < 0.8
                                              : u * u + v * v * (0.6 + 0.15 * kind) < 0.9;
            if (inside)
                image.pixels[static_cast<std::size_t>(y * kSide + x)] =
                    static_cast<std::uint8_t>(120 + (x * 7 + y * 5 + index * 13) % 120);
        }
    return image;
}

CropsAnswer fakeCrops(const CropsRequest& request, Step step, const FakeCropping& cropping) {
    CropsAnswer answer;
    answer.source = pictureOf(request.picture);
    answer.caption = captionOf(request.picture);
    const bool lastBatch = request.picture.kind == PictureRef::Kind::lastBatch;
    const std::int64_t sample = indexOf(request.picture);
    answer.width = answer.source.width;
    answer.height = answer.source.height;
    if (request.picture.kind != PictureRef::Kind::given)
        answer.sample = sample;
    for (std::uint32_t crop = 0; crop < kGlobals + cropping.locals; ++crop)
        answer.views.push_back(
            makeView(answer.source, sample, lastBatch ? step.value : request.reroll, crop, cropping));
    return answer;
}

SoftmaxAnswer fakeSoftmax(const SoftmaxRequest& request, Step step, double studentTemperature,
                          double teacherTemperature) {
    SoftmaxAnswer answer;
    answer.caption = captionOf(request.picture);
    answer.runningStatistics = request.picture.kind != PictureRef::Kind::lastBatch;
    answer.prototypes = kPrototypes;
    answer.studentViews = kViews;
    answer.teacherViews = kGlobals;
    answer.studentTemperature = studentTemperature;
    answer.teacherTemperature = teacherTemperature;
    const std::int64_t sample = indexOf(request.picture);
    const double trained = 1.0 - std::exp(-static_cast<double>(step.value) / 100.0);
    for (std::uint32_t view = 0; view < kViews; ++view) {
        RandomStream own = streamOf(sample, step.value, view);
        RandomStream shared = streamOf(sample, 0, 1000);
        for (std::int64_t k = 0; k < kPrototypes; ++k) {
            const double common = shared.normal() * 0.3 * trained;
            answer.student.push_back(static_cast<float>(common + own.normal() * 0.1));
            if (view < kGlobals)
                answer.teacher.push_back(static_cast<float>(1.1 * common + own.normal() * 0.05));
        }
    }
    RandomStream random = streamOf(0, 0, 2000);
    for (std::int64_t k = 0; k < kPrototypes; ++k) {
        answer.center.push_back(static_cast<float>(random.normal() * 0.05));
        answer.teacherWins.push_back(static_cast<std::int32_t>(random.below(8)));
        answer.studentWins.push_back(static_cast<std::int32_t>(random.below(24)));
    }
    for (const ViewInfo& view : fakeCrops({request.picture, 0}, step).views)
        answer.views.push_back(view.image);
    return answer;
}

AttentionAnswer fakeAttention(const AttentionRequest& request, Step step) {
    const std::int64_t block = request.block < 0 ? kBlocks - 1 : request.block;
    if (block >= kBlocks || request.queryPatch >= kGrid * kGrid)
        throw EngineError(ErrorCode::badInput, "probes",
                          "There are " + std::to_string(kBlocks) + " blocks and " + std::to_string(kGrid * kGrid) +
                              " patches; choose one of them.");
    AttentionAnswer answer;
    answer.caption = captionOf(request.picture);
    answer.picture = pictureOf(request.picture);
    answer.block = block;
    answer.blocks = kBlocks;
    answer.view = request.view;
    if (request.view != PatchView::similarity)
        answer.parts = {0, 1, 2};
    answer.rows = answer.columns = kGrid;
    const double trained = 1.0 - std::exp(-static_cast<double>(step.value) / 200.0);
    const std::int64_t sample = indexOf(request.picture) + 100 * (request.queryPatch + 1);
    answer.student = attentionMaps(sample, block, 0.02 + 0.3 * trained);
    answer.teacher = attentionMaps(sample, block, 0.02 + 0.35 * trained);
    if (request.view == PatchView::similarity)
        for (PatchMaps* maps : {&answer.student, &answer.teacher})
            maps->parts.clear();
    return answer;
}

NeighboursAnswer fakeNeighbours(const NeighboursRequest& request, std::optional<Step> measured) {
    NeighboursAnswer answer;
    answer.caption = captionOf(request.picture);
    answer.picture = pictureOf(request.picture);
    answer.label = static_cast<std::int32_t>(indexOf(request.picture) % 10);
    if (!measured)
        return answer;
    answer.references = 5000;
    answer.measured = *measured;
    answer.isReference = request.picture.kind == PictureRef::Kind::sample && request.picture.index < 5000;
    answer.student = neighboursFrom(indexOf(request.picture), 5, request.count);
    answer.teacher = neighboursFrom(indexOf(request.picture), 10, request.count);
    return answer;
}

SamplesAnswer fakeSamples(const SamplesRequest& request, bool labelled) {
    SamplesAnswer answer;
    for (const std::int64_t sample : request.samples) {
        SamplePicture picture{sample,
                              labelled ? static_cast<std::int32_t>(sample % 10) : -1,
                              captionOf({PictureRef::Kind::sample, sample, {}}),
                              {},
                              {}};
        if (sample == 13)
            picture.problem = "The file ends before the picture does.";
        else
            picture.image = fakePicture(sample);
        answer.pictures.push_back(std::move(picture));
    }
    return answer;
}

ScanReport fakeScan(const ScanRequest& request, bool labelled) {
    ScanReport report;
    report.path = request.path;
    report.name = "Fake fashion";
    report.train = 60000;
    report.test = 10000;
    if (request.path.ends_with("/few"))
        report.train = 33;
    report.counts[static_cast<std::size_t>(PictureVerdict::ok)] = request.filesOnly ? 0 : report.train + report.test;
    report.sizes = {{16, 31, 60000}, {32, 63, 0}, {64, 127, 8000}, {128, 255, 2000}};
    report.leastWidth = report.leastHeight = 28;
    report.mostWidth = 320;
    report.mostHeight = 240;
    report.bytes = 41'000'000;
    if (labelled)
        for (std::size_t i = 0; i < kClasses.size(); ++i)
            report.classes.push_back({kClasses[i], 5955 + 10 * static_cast<std::int64_t>(i), 1000});
    if (request.colors)
        report.colors = {{0.28604}, {0.35302}};
    if (request.meanPicture)
        report.meanPicture = fakePicture(0);
    if (!request.path.ends_with("/damaged"))
        return report;
    report.otherFiles = 12;
    for (int i = 0; i < 3000; ++i) {
        const PictureVerdict verdict = i % 3 == 0 ? PictureVerdict::unsupported : PictureVerdict::truncated;
        report.problems.push_back({request.path + "/" + std::to_string(10000 + i) + ".jpg", verdict,
                                   i % 3 == 0 ? "The file holds no picture, though its name says so: remove it."
                                              : "The file ends before the picture does: copy it again."});
        ++report.counts[static_cast<std::size_t>(verdict)];
        --report.counts[static_cast<std::size_t>(PictureVerdict::ok)];
    }
    return report;
}

FileReport fakeFileReport(const std::string& path) {
    FileReport report;
    report.path = path;
    report.kind = "PyTorch checkpoint (ZIP container)";
    report.tensors = {{"teacher.backbone.cls_token", "float32", {1, 1, 96}},
                      {"teacher.backbone.patch_embed.proj.weight", "float32", {96, 3, 4, 4}}};
    report.facts = {{"epoch", "3"}, {"args.arch", "vit_tiny"}};
    report.params = {{"backbone.arch", std::string("vit_tiny")}, {"optim.epochs", std::int64_t{10}}};
    report.open = {"data.path"};
    return report;
}

RunReport fakeRunReport(const std::string& path, Step step) {
    RunReport report;
    report.path = path;
    for (std::int64_t at = 50; at <= step.value; at += 50) {
        CheckpointReport checkpoint;
        checkpoint.path = path + "/checkpoints/step-" + std::to_string(at);
        checkpoint.step = Step{at};
        checkpoint.epoch = Epoch{at / 25};
        checkpoint.trainSeconds = 0.2 * static_cast<double>(at);
        checkpoint.bytes = 9'700'000;
        checkpoint.accuracy = 60 + 18 * (1 - std::exp(-static_cast<double>(at) / 350));
        checkpoint.savedAt = "2026-01-31T12:00:00Z";
        report.checkpoints.push_back(checkpoint);
    }
    if (report.checkpoints.size() > 1) {
        CheckpointReport& kept = report.checkpoints[report.checkpoints.size() - 2];
        kept.kept = true;
        kept.note = "before the lower temperature";
    }
    if (path.ends_with("/damaged") && !report.checkpoints.empty())
        report.checkpoints.back().problem = "'state.safetensors' does not agree with its checksum.";
    report.note = "first try";
    report.bytes = 9'800'000 * report.checkpoints.size() + 120'000;
    report.freeBytes = 57'000'000'000;
    return report;
}

RecordReport fakeRecord(const std::string& path, const std::vector<MetricPoint>& points) {
    return {path,
            points,
            {{"step 120", "optim.lr: 0.001 -> 0.0005"}},
            {{"optim.lr", "0.001"}, {"optim.weight_decay", "0.04"}, {"loss.teacher_temperature", "0.04"}}};
}

ExportReport fakeExport(const ExportRequest& request) {
    ExportReport report;
    report.what = request.network + " of the open run, backbone, 0.3 M parameters";
    report.files = {request.path};
    report.bytes = 1'200'000;
    report.compared = "Read again: every tensor is equal to the bit.";
    report.notes = {"Loads with safetensors and PyTorch."};
    report.example =
        "from safetensors.torch import load_file\nstate = load_file('model.safetensors')\nprint(len(state))";
    return report;
}

} // namespace dinoscope
