// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fakes/fake_catalog.h"

#include "engine/api/fields.h"

#include <stdexcept>

namespace dinoscope {
namespace {

struct FakeOptions {
    std::string dataPath = "/data";
    std::int64_t seed = 0, batchSize = 128, epochs = 4, localCrops = 4;
    std::string arch = "vit_micro", kind = "auto", mean = "0.485 0.456 0.406", deviation = "0.229 0.224 0.225";
    double lr = 1e-3, weightDecay = 0.04, studentTemperature = 0.1, teacherTemperature = 0.04, centerMomentum = 0.9;
    double momentum = 0.99, globalScaleMin = 0.4, globalScaleMax = 1, localScaleMin = 0.1, localScaleMax = 0.4;
    double flip = 0.5, dropPathRate = 0;
    std::int64_t globalSize = 28, localSize = 14;
    std::string pairing = "official";
    bool useBn = true, officialLoading = false;
};

void declare(FieldList& fields, FakeOptions& o) {
    fields.add("data.path", o.dataPath, "Pictures").help("Folder that holds the training pictures.");
    fields.add("data.kind", o.kind, "Kind of data").choices({"auto", "folder"}).help("How the path is read.");
    fields.add("data.official_loading", o.officialLoading, "Load as the official code").help("Without turning.");
    fields.add("augment.mean", o.mean, "Mean of the channels").help("Is subtracted from the values.");
    fields.add("augment.std", o.deviation, "Deviation of the channels").help("Divides the values.");
    fields.add("run.seed", o.seed, "Seed").range(0, 4294967295.0).soft(0, 100).help("Decides every random choice.");
    fields.add("run.batch_size", o.batchSize, "Batch size")
        .unit("pictures")
        .range(1, 65536)
        .soft(16, 1024)
        .log()
        .help("Source pictures in a step.");
    fields.add("optim.epochs", o.epochs, "Planned epochs")
        .range(1, 10000)
        .soft(1, 400)
        .help("Length of the schedules.");
    fields.add("backbone.arch", o.arch, "Backbone")
        .choices({"vit_micro", "vit_tiny", "vit_small", "resnet50"})
        .help("The network that is trained.");
    fields.add("backbone.drop_path_rate", o.dropPathRate, "Stochastic depth")
        .range(0, 1)
        .when("backbone.arch=vit_small")
        .help("Probability with which a block is left out.");
    fields.add("head.use_bn", o.useBn, "Batch normalisation").help("Normalises inside the projection head.");
    fields.add("optim.lr", o.lr, "Learning rate")
        .range(0, 10)
        .soft(1e-5, 1e-2)
        .log()
        .now()
        .alias("train.lr")
        .help("Base of the learning rate's schedule.");
    fields.add("optim.weight_decay", o.weightDecay, "Weight decay")
        .range(0, 10)
        .soft(0, 0.5)
        .now()
        .help("Pull of the weights towards zero.");
    fields.add("loss.student_temperature", o.studentTemperature, "Student temperature")
        .range(1e-3, 10)
        .soft(0.02, 1)
        .log()
        .now()
        .help("Divides the student's logits before the softmax.");
    fields.add("loss.teacher_temperature", o.teacherTemperature, "Teacher temperature")
        .range(1e-3, 10)
        .soft(0.01, 0.2)
        .log()
        .now()
        .help("Divides the teacher's centred logits before the softmax.");
    fields.add("loss.center_momentum", o.centerMomentum, "Centre momentum")
        .range(0, 1)
        .now()
        .help("Share of the centre that a step keeps.");
    fields.add("optim.momentum_teacher", o.momentum, "EMA momentum")
        .range(0, 1)
        .soft(0.9, 1)
        .now()
        .help("Share of the teacher that a step keeps.");
    fields.add("augment.local_crops", o.localCrops, "Local crops")
        .range(0, 32)
        .soft(0, 12)
        .now()
        .help("Small views of each picture.");
    fields.add("augment.global_scale_min", o.globalScaleMin, "Global scale, smallest")
        .range(0.01, 1)
        .now()
        .help("Least share of the picture's area in a global crop.");
    fields.add("augment.global_scale_max", o.globalScaleMax, "Global scale, largest")
        .range(0.01, 1)
        .now()
        .help("Largest share of the picture's area in a global crop.");
    fields.add("augment.local_scale_min", o.localScaleMin, "Local scale, smallest")
        .range(0.01, 1)
        .now()
        .help("Least share of the picture's area in a local crop.");
    fields.add("augment.local_scale_max", o.localScaleMax, "Local scale, largest")
        .range(0.01, 1)
        .now()
        .help("Largest share of the picture's area in a local crop.");
    fields.add("augment.global_size", o.globalSize, "Global crop size")
        .unit("px")
        .range(4, 2048)
        .now()
        .help("Side of a global crop.");
    fields.add("augment.local_size", o.localSize, "Local crop size")
        .unit("px")
        .range(4, 2048)
        .help("Side of a local crop.");
    fields.add("loss.pairing", o.pairing, "Pairing")
        .choices({"official", "locals_to_globals"})
        .now()
        .help("Which network sees which views.");
    fields.add("augment.flip", o.flip, "Flip probability")
        .range(0, 1)
        .nextEpoch()
        .help("How often a view is mirrored.");
}

std::vector<MetricSpec> fakeMetrics() {
    using R = NetworkRole;
    return {
        {"loss", "Loss", "Loss", "nats", "Mean cross-entropy over the pairs of views.", R::none, false},
        {"teacher_entropy", "Teacher entropy", "Loss", "nats", "Near 0 one prototype takes all.", R::teacher, false},
        {"kl", "KL divergence", "Loss", "nats", "Loss minus teacher entropy.", R::none, false},
        {"knn_student", "Student k-NN", "k-NN accuracy", "%", "Accuracy by the student's features.", R::student, false,
         true},
        {"knn_teacher", "Teacher k-NN", "k-NN accuracy", "%", "Accuracy by the teacher's features.", R::teacher, false,
         true},
        {"linear_student", "Student linear probe", "Linear probe", "%", "Of the student.", R::student, false, true},
        {"linear_teacher", "Teacher linear probe", "Linear probe", "%", "Of the teacher.", R::teacher, false, true},
        {"lr", "Learning rate", "Schedules", "", "Learning rate of the step.", R::none, true},
        {"weight_decay", "Weight decay", "Schedules", "", "Weight decay of the step.", R::none, true},
        {"momentum", "EMA momentum", "Schedules", "", "Share of the teacher that is kept.", R::none, false},
        {"student_temperature", "Student temperature", "Schedules", "", "Of the step.", R::student, false},
        {"teacher_temperature", "Teacher temperature", "Schedules", "", "Of the step.", R::teacher, false},
        {"images_per_s", "Pictures per second", "Rates", "1/s", "Source pictures in a second.", R::none, false},
        {"wait_share", "Waiting for data", "Rates", "", "Share of the step.", R::none, false},
        {"grad_norm", "Gradient norm", "Health", "", "Before clipping.", R::student, true},
        {"center_norm", "Centre norm", "Health", "", "After its update.", R::teacher, false},
        {"feature_spread_student", "Student feature spread", "Health", "", "1 is the most.", R::student, false},
        {"feature_spread_teacher", "Teacher feature spread", "Health", "", "1 is the most.", R::teacher, false},
        {"winning_prototypes_student", "Student winning prototypes", "Health", "", "In the batch.", R::student, true},
        {"winning_prototypes_teacher", "Teacher winning prototypes", "Health", "", "In the batch.", R::teacher, true},
    };
}

} // namespace

EngineCatalog fakeCatalog() {
    EngineCatalog catalog;
    catalog.params = ParamTable(collectSpecs<FakeOptions>());
    catalog.presets = {
        {"fashion-mnist-demo", "Fashion-MNIST demo", "Learns visibly within two minutes.", {}},
        {"own-pictures",
         "Own pictures",
         "Colour views of 64 pixels.",
         {{"run.batch_size", ParamValue(std::int64_t{64})}}},
        {"collapse-uniform",
         "Collapse: too little sharpening",
         "The teacher becomes uniform.",
         {{"loss.teacher_temperature", ParamValue(1.0)}}},
        {"collapse-one-winner",
         "Collapse: no centring",
         "One prototype takes all.",
         {{"loss.center_momentum", ParamValue(1.0)}}},
    };
    catalog.metrics = fakeMetrics();
    catalog.backbones = {{"vit_micro", "ViT micro", "Small enough for two cores."},
                         {"vit_tiny", "ViT tiny", "Width 192."},
                         {"vit_small", "ViT small", "Width 384."},
                         {"resnet50", "ResNet-50", "A convolutional network."}};
    catalog.objectives = {{"dino", "DINO", "Self-distillation with no labels."}};
    catalog.probes = {{"crops", "Crops", "A picture and its views."},
                      {"softmax", "Temperature", "Logits of a picture."},
                      {"attention", "Attention", "Where the heads look."},
                      {"neighbours", "Neighbours", "Pictures nearest in feature space."},
                      {"samples", "Samples", "Pictures of the training set."}};
    return catalog;
}

std::uint32_t fakeMetric(std::string_view id) {
    static const std::vector<MetricSpec> specs = fakeMetrics();
    for (std::size_t i = 0; i < specs.size(); ++i)
        if (specs[i].id == id)
            return static_cast<std::uint32_t>(i);
    throw std::out_of_range("no fake metric '" + std::string(id) + "'");
}

} // namespace dinoscope
