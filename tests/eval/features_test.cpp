// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/eval/feature_extraction.h"

#include "engine/backbones/backbone.h"
#include "engine/backbones/backbone_options.h"
#include "engine/backbones/layers.h"
#include "engine/support/check.h"
#include "tests/eval/shaded_pictures.h"

#include <gtest/gtest.h>

namespace dinoscope {
namespace {

using testing::shadedPictures;

std::shared_ptr<Backbone> tinyNetwork(const std::string& arch = "vit_tiny") {
    BackboneOptions options;
    options.arch = arch;
    options.channels = 1;
    if (arch.starts_with("vit")) {
        options.patchSize = 4;
        options.width = 12;
        options.depth = 3;
        options.heads = 2;
        options.imageSize = 8;
    }
    std::shared_ptr<Backbone> network = makeBackbone(options, false);
    torch::Generator generator = makeGenerator(5);
    network->initialize(generator);
    return network;
}

torch::Tensor somePixels() {
    torch::Generator generator = makeGenerator(6);
    return torch::rand({5, 1, 8, 8}, generator);
}

TEST(Features, AreWhatOnePutsTogetherByHand) {
    const auto network = tinyNetwork();
    network->eval();
    torch::NoGradGuard noGrad;
    const torch::Tensor pixels = somePixels();
    const std::vector<torch::Tensor> blocks = network->intermediate(pixels, 3); // (B, 5, 12) each
    EXPECT_TRUE(torch::equal(computeFeatures(*network, pixels, {}), network->forward(pixels)));
    EXPECT_TRUE(torch::allclose(computeFeatures(*network, pixels, {}), blocks[2].select(1, 0), 1e-5, 1e-6));
    const auto token = [&](std::size_t block) { return blocks[block].select(1, 0); };
    EXPECT_TRUE(torch::equal(computeFeatures(*network, pixels, {2, false}), torch::cat({token(1), token(2)}, 1)));
    EXPECT_TRUE(
        torch::equal(computeFeatures(*network, pixels, {3, false}), torch::cat({token(0), token(1), token(2)}, 1)));
    torch::Tensor mean = torch::zeros({5, 12});
    for (std::int64_t patch = 1; patch < 5; ++patch)
        mean += blocks[2].select(1, patch) / 4;
    const torch::Tensor withMean = computeFeatures(*network, pixels, {1, true});
    EXPECT_TRUE(torch::equal(withMean.narrow(1, 0, 12), token(2)));
    EXPECT_TRUE(torch::allclose(withMean.narrow(1, 12, 12), mean, 1e-5, 1e-6));
    const torch::Tensor all = computeFeatures(*network, pixels, {2, true});
    EXPECT_TRUE(torch::equal(all.narrow(1, 0, 24), torch::cat({token(1), token(2)}, 1)));
    EXPECT_TRUE(torch::allclose(all.narrow(1, 24, 12), mean, 1e-5, 1e-6));
}

TEST(Features, OfAConvolutionalNetworkAreItsPooledOnes) {
    const auto network = tinyNetwork("resnet18");
    network->eval();
    torch::NoGradGuard noGrad;
    torch::Generator generator = makeGenerator(6);
    const torch::Tensor pixels = torch::rand({2, 1, 40, 40}, generator);
    EXPECT_TRUE(torch::equal(computeFeatures(*network, pixels, {4, true}), network->forward(pixels)));
    EXPECT_EQ(featureWidth(network->traits(), {4, true}), 512);
    EXPECT_EQ(linearKind(network->traits()), FeatureKind{});
    EXPECT_EQ(featureText(network->traits(), {}), "pooled feature");
}

TEST(Features, KnowTheirWidthAndLimits) {
    const BackboneTraits& traits = tinyNetwork()->traits();
    EXPECT_EQ(featureWidth(traits, {}), 12);
    EXPECT_EQ(featureWidth(traits, {3, true}), 48);
    EXPECT_THROW(featureWidth(traits, {4, false}), EngineError);
    EXPECT_THROW(featureWidth(traits, {0, false}), EngineError);
    EXPECT_THROW(featuresOf(tinyNetwork(), {4, false}), EngineError);
    EXPECT_EQ(linearKind(traits), (FeatureKind{3, false}));
    EXPECT_EQ(linearKind({768, 3, 16, 224, 12, 12, true}), (FeatureKind{1, true}));
    EXPECT_EQ(linearKind({384, 3, 16, 224, 12, 6, true}), (FeatureKind{4, false}));
    EXPECT_EQ(featureText(traits, {2, true}), "class tokens of the last 2 blocks and mean of its patch tokens");
}

TEST(Features, OfANetworkThatIsKeptAreFloatOnTheCpuInEvaluationMode) {
    const auto network = tinyNetwork();
    convertNetwork(*network, torch::kFloat64);
    network->train();
    const torch::Tensor features = featuresOf(network, {2, false})(somePixels());
    EXPECT_FALSE(network->is_training());
    EXPECT_EQ(features.scalar_type(), torch::kFloat32);
    EXPECT_EQ(features.sizes(), (torch::IntArrayRef{5, 24}));
    EXPECT_FALSE(features.requires_grad());
}

ExtractionSetup extractionOf(const ImageSourcePtr& source, std::int64_t batchSize, int threads) {
    ExtractionSetup setup;
    setup.source = source;
    setup.transform = evaluationTransform(source->uniformSize(), 8, {{0.4f, 0, 0}, {0.3f, 1, 1}});
    setup.features = [](const torch::Tensor& pixels) { return torch::adaptive_avg_pool2d(pixels, {2, 2}).flatten(1); };
    setup.batchSize = batchSize;
    setup.threads = threads;
    return setup;
}

FeatureSet extracted(ExtractionSetup setup) {
    FeatureExtraction extraction(std::move(setup));
    while (extraction.slice())
        EXPECT_LT(extraction.done(), extraction.total());
    EXPECT_EQ(extraction.done(), extraction.total());
    EXPECT_FALSE(extraction.slice());
    return extraction.take();
}

TEST(FeatureExtraction, GivesOneRowForEachLabelledPictureInOrder) {
    const ImageSourcePtr source = shadedPictures(30, 3, 1, /*gaps=*/true);
    const FeatureSet set = extracted(extractionOf(source, 4, 1));
    ASSERT_EQ(set.features.sizes(), (torch::IntArrayRef{26, 4}));
    EXPECT_EQ(set.unreadable, 0);
    std::int64_t row = 0;
    for (std::int64_t i = 0; i < 30; ++i) {
        if (i % 7 == 6)
            continue;
        const Image image = source->image(SampleIndex{i});
        const torch::Tensor pixels = torch::tensor(image.pixels, torch::kUInt8).view({1, 1, 8, 8}).to(torch::kFloat32);
        const torch::Tensor expected = torch::adaptive_avg_pool2d((pixels / 255 - 0.4) / 0.3, {2, 2}).flatten();
        EXPECT_TRUE(torch::allclose(set.features[row], expected, 1e-4, 1e-5)) << i;
        EXPECT_EQ(set.labels[row].item<std::int64_t>(), i % 3);
        ++row;
    }
    for (const std::int64_t batchSize : {1, 7, 100})
        for (const int threads : {1, 3})
            EXPECT_TRUE(torch::equal(extracted(extractionOf(source, batchSize, threads)).features, set.features));
}

TEST(FeatureExtraction, TranslatesLabelsAndLeavesOutWhatCannotBeRead) {
    std::vector<Image> pictures;
    for (const int side : {8, 4, 8, 4, 9})
        pictures.push_back({side, side, 1, std::vector<std::uint8_t>(static_cast<std::size_t>(side * side), 100)});
    ExtractionSetup setup =
        extractionOf(std::make_shared<MemorySource>("some", pictures, std::vector<std::int32_t>{0, 1, 1, 0, 0},
                                                    std::vector<std::string>{"a", "b"}),
                     2, 1);
    setup.transform = {0, 8, setup.transform.normalization};
    setup.classes = {5, 7};
    const FeatureSet set = extracted(setup);
    EXPECT_TRUE(torch::equal(set.labels, torch::tensor({5, 7, 5}, torch::kInt64)));
    EXPECT_EQ(set.features.size(0), 3);
    EXPECT_EQ(set.unreadable, 2);
    ASSERT_EQ(set.problems.size(), 2u);
    EXPECT_NE(set.problems[0].find("picture 1"), std::string::npos);
    setup.transform.cropSide = 10;
    EXPECT_THROW(extracted(setup), EngineError);
}

TEST(FeatureExtraction, NeedsLabels) {
    const auto source = std::make_shared<MemorySource>("bare", std::vector<Image>{{1, 1, 1, {0}}});
    EXPECT_THROW(FeatureExtraction(extractionOf(source, 1, 1)), EngineError);
    EXPECT_THROW(shareClasses(*source, *shadedPictures(4, 2, 1)), EngineError);
    EXPECT_THROW(shareClasses(*shadedPictures(4, 2, 1), *source), EngineError);
}

TEST(SharedClasses, MatchNames) {
    const std::vector<Image> pictures{{1, 1, 1, {0}}};
    const MemorySource train("t", pictures, {0}, {"ant", "cat", "dog"}), val("v", pictures, {0}, {"bee", "cat", "ant"});
    const SharedClasses shared = shareClasses(train, val);
    EXPECT_EQ(shared.names, (std::vector<std::string>{"ant", "cat", "dog", "bee"}));
    EXPECT_EQ(shared.ofVal, (std::vector<std::int64_t>{3, 1, 0}));
    EXPECT_EQ(shared.onlyVal, std::vector<std::string>{"bee"});
}

} // namespace
} // namespace dinoscope
