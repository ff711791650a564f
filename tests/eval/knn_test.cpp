// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/eval/knn_evaluation.h"

#include "engine/support/check.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

namespace dinoscope {
namespace {

std::string referenceFolder() {
    if (const char* folder = std::getenv("DINOSCOPE_REFERENCE"))
        return folder;
    const char* source = std::getenv("DINOSCOPE_SOURCE");
    return std::string(source ? source : ".") + "/../shared/reference";
}

torch::Dtype dtypeOf(const std::string& name) {
    if (name == "F32")
        return torch::kFloat32;
    if (name == "I64")
        return torch::kInt64;
    throw std::runtime_error("tensor type " + name + " is not expected in the recording");
}

/// Tensors of a recording whose form is known to be sound.
std::map<std::string, torch::Tensor> recordedTensors(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw std::runtime_error("The recording '" + path +
                                 "' is missing; set DINOSCOPE_REFERENCE to the reference folder.");
    std::uint64_t headerSize = 0;
    file.read(reinterpret_cast<char*>(&headerSize), sizeof headerSize);
    std::string header(headerSize, '\0');
    file.read(header.data(), static_cast<std::streamsize>(headerSize));
    std::map<std::string, torch::Tensor> tensors;
    const nlohmann::json entries = nlohmann::json::parse(header);
    for (const auto& [name, entry] : entries.items()) {
        if (name == "__metadata__")
            continue;
        torch::Tensor tensor = torch::empty(entry["shape"].get<std::vector<std::int64_t>>(), dtypeOf(entry["dtype"]));
        file.seekg(static_cast<std::streamoff>(8 + headerSize + entry["data_offsets"][0].get<std::uint64_t>()));
        file.read(static_cast<char*>(tensor.data_ptr()), static_cast<std::streamsize>(tensor.nbytes()));
        tensors[name] = tensor;
    }
    return tensors;
}

TEST(WeightedKnn, EqualsTheRecordedAccuracies) {
    auto recorded = recordedTensors(referenceFolder() + "/knn/knn.safetensors");
    const torch::Tensor labels = recorded["train_labels"], testLabels = recorded["test_labels"];
    const std::int64_t classes = std::max(labels.max().item<std::int64_t>(), testLabels.max().item<std::int64_t>()) + 1;
    const torch::Tensor top1 = recorded["top1"], top5 = recorded["top5"];
    ASSERT_GT(top1.size(0), 0);
    for (std::int64_t row = 0; row < top1.size(0); ++row) {
        const auto k = static_cast<std::int64_t>(top1[row][0].item<float>());
        for (const std::int64_t chunk : {7, 1000}) {
            WeightedKnn knn(recorded["train"], labels, classes, k, 0.07);
            for (std::int64_t begin = 0; begin < testLabels.size(0); begin += chunk) {
                const std::int64_t end = std::min(begin + chunk, testLabels.size(0));
                knn.add(recorded["test"].slice(0, begin, end), testLabels.slice(0, begin, end));
            }
            EXPECT_EQ(knn.accuracy().queries, testLabels.size(0));
            EXPECT_FLOAT_EQ(static_cast<float>(knn.accuracy().top1), top1[row][1].item<float>()) << "k = " << k;
            EXPECT_FLOAT_EQ(static_cast<float>(knn.accuracy().top5), top5[row][1].item<float>()) << "k = " << k;
        }
    }
}

TEST(WeightedKnn, ManyVotesAtOnceEqualTheRecordedAccuracies) {
    auto recorded = recordedTensors(referenceFolder() + "/knn/knn.safetensors");
    const torch::Tensor labels = recorded["train_labels"], testLabels = recorded["test_labels"];
    const std::int64_t classes = std::max(labels.max().item<std::int64_t>(), testLabels.max().item<std::int64_t>()) + 1;
    const torch::Tensor top1 = recorded["top1"], top5 = recorded["top5"];
    std::vector<KnnVote> votes;
    for (std::int64_t row = 0; row < top1.size(0); ++row)
        for (const double temperature : {0.07, 0.1})
            votes.push_back({static_cast<std::int64_t>(top1[row][0].item<float>()), temperature});
    ASSERT_GT(votes.size(), 4u);
    WeightedKnn knn(recorded["train"], labels, classes, votes);
    for (std::int64_t begin = 0; begin < testLabels.size(0); begin += 64)
        knn.add(recorded["test"].slice(0, begin, begin + 64), testLabels.slice(0, begin, begin + 64));
    for (std::size_t i = 0; i < votes.size(); i += 2) {
        const auto row = static_cast<std::int64_t>(i / 2);
        EXPECT_FLOAT_EQ(static_cast<float>(knn.accuracy(i).top1), top1[row][1].item<float>()) << votes[i].neighbours;
        EXPECT_FLOAT_EQ(static_cast<float>(knn.accuracy(i).top5), top5[row][1].item<float>()) << votes[i].neighbours;
        WeightedKnn alone(recorded["train"], labels, classes, votes[i + 1].neighbours, 0.1);
        alone.add(recorded["test"], testLabels);
        EXPECT_EQ(knn.accuracy(i + 1).top1, alone.accuracy().top1);
        EXPECT_EQ(knn.accuracy(i + 1).top5, alone.accuracy().top5);
    }
}

TEST(WeightedKnn, LowersKToTheNumberOfReferences) {
    WeightedKnn knn(torch::eye(3), torch::tensor({0, 1, 2}, torch::kInt64), 3,
                    std::vector<KnnVote>{{2, 0.1}, {200, 0.1}});
    EXPECT_EQ(knn.votes()[0].neighbours, 2);
    EXPECT_EQ(knn.votes()[1].neighbours, 3);
    knn.add(torch::eye(3), torch::tensor({0, 1, 2}, torch::kInt64));
    EXPECT_EQ(knn.accuracy(1).top1, 100);
    EXPECT_EQ(knn.accuracy(1).queries, 3);
}

TEST(WeightedKnn, WeighsTheNearerNeighbourMore) {
    // Two references of class 1 at cosine 0.6 against one of class 0 at cosine 1.
    const torch::Tensor references = torch::tensor({{1.0f, 0.0f}, {0.6f, 0.8f}, {0.6f, -0.8f}});
    WeightedKnn sharp(references, torch::tensor({0, 1, 1}, torch::kInt64), 2, 3, 0.07);
    sharp.add(torch::tensor({{1.0f, 0.0f}}), torch::tensor({0}, torch::kInt64));
    EXPECT_EQ(sharp.accuracy().top1, 100);
    WeightedKnn flat(references, torch::tensor({0, 1, 1}, torch::kInt64), 2, 3, 5.0);
    flat.add(torch::tensor({{1.0f, 0.0f}}), torch::tensor({0}, torch::kInt64));
    EXPECT_EQ(flat.accuracy().top1, 0);
    EXPECT_EQ(flat.accuracy().top5, 100);
}

TEST(WeightedKnn, CountsAClassWithoutNeighbourAsAMiss) {
    const torch::Tensor references = torch::tensor({{1.0f, 0.0f}, {0.0f, 1.0f}});
    WeightedKnn knn(references, torch::tensor({0, 1}, torch::kInt64), 10, 1, 0.07);
    knn.add(torch::tensor({{1.0f, 0.0f}, {1.0f, 0.0f}}), torch::tensor({1, 0}, torch::kInt64));
    EXPECT_EQ(knn.accuracy().top1, 50);
    EXPECT_EQ(knn.accuracy().top5, 50);
}

TEST(WeightedKnn, RefusesWhatCannotBe) {
    const torch::Tensor references = torch::eye(3);
    EXPECT_THROW(WeightedKnn(references, torch::tensor({0, 1}, torch::kInt64), 2, 1, 0.07), EngineError);
    EXPECT_THROW(WeightedKnn(references, torch::tensor({0, 1, 2}, torch::kInt64), 2, 1, 0.07), EngineError);
    EXPECT_THROW(WeightedKnn(torch::zeros({0, 3}), torch::zeros({0}, torch::kInt64), 2, 1, 0.07), EngineError);
    const torch::Tensor labels = torch::tensor({0, 1, 1}, torch::kInt64);
    EXPECT_THROW(WeightedKnn(references, labels, 2, 0, 0.07), EngineError);
    EXPECT_THROW(WeightedKnn(references, labels, 2, 1, 0.01), EngineError);
    EXPECT_THROW(WeightedKnn(references, labels, 2, std::vector<KnnVote>{}), EngineError);
}

std::shared_ptr<KnnProtocol> smallProtocol(std::int64_t sliceSize) {
    auto protocol = std::make_shared<KnnProtocol>();
    torch::manual_seed(3);
    const auto pictures = [](std::int64_t count) {
        PictureSet set;
        set.labels = torch::arange(count).remainder(3);
        set.pictures = (torch::rand({count, 1, 4, 4}) * 120 + set.labels.view({-1, 1, 1, 1}) * 60).to(torch::kUInt8);
        return set;
    };
    protocol->references = pictures(50);
    protocol->queries = pictures(31);
    protocol->classes = 3;
    protocol->neighbours = 5;
    protocol->mean = {0.4};
    protocol->deviation = {0.3};
    protocol->sliceSize = sliceSize;
    return protocol;
}

TEST(KnnEvaluation, KeepsTheReferencesAndShowsTheQueriesToAJudge) {
    std::int64_t shown = 0;
    torch::Tensor first;
    KnnEvaluation evaluation(smallProtocol(7),
                             {{"pixels", pixelFeatures, [&](const auto& features, const auto& labels) {
                                   EXPECT_EQ(features.size(0), labels.size(0));
                                   if (shown == 0)
                                       first = features[0];
                                   shown += labels.size(0);
                               }}});
    while (evaluation.slice()) {
    }
    EXPECT_EQ(shown, 31);
    EXPECT_GT(first.norm().item<double>(), 1.01) << "as they are, not of unit length";
    ASSERT_EQ(evaluation.references().size(), 1U);
    EXPECT_EQ(evaluation.references()[0].size(0), 50);
    EXPECT_TRUE(torch::allclose(evaluation.references()[0].norm(2, {1}, false), torch::ones({50})));
}

TEST(KnnEvaluation, WithoutQueriesComputesTheReferencesOnly) {
    const auto protocol = std::make_shared<KnnProtocol>(*smallProtocol(8));
    protocol->queries = {};
    KnnEvaluation evaluation(protocol, {{"pixels", pixelFeatures, nullptr}, {"again", pixelFeatures, nullptr}});
    EXPECT_EQ(evaluation.total(), 100);
    while (evaluation.slice()) {
    }
    EXPECT_EQ(evaluation.done(), 100);
    ASSERT_EQ(evaluation.references().size(), 2U);
    EXPECT_TRUE(torch::equal(evaluation.references()[0], evaluation.references()[1]));
    EXPECT_EQ(evaluation.results()[1].queries, 0);
}

TEST(KnnEvaluation, DoesNotDependOnTheSlices) {
    std::set<double> accuracies;
    for (const std::int64_t sliceSize : {1, 8, 31, 1000}) {
        KnnEvaluation evaluation(smallProtocol(sliceSize),
                                 {{"pixels", pixelFeatures, nullptr}, {"again", pixelFeatures, nullptr}});
        EXPECT_EQ(evaluation.total(), 2 * (50 + 31));
        std::int64_t before = 0;
        while (evaluation.slice()) {
            EXPECT_LE(evaluation.done() - before, sliceSize);
            before = evaluation.done();
        }
        EXPECT_EQ(evaluation.done(), evaluation.total());
        ASSERT_EQ(evaluation.results().size(), 2u);
        EXPECT_EQ(evaluation.results()[0].top1, evaluation.results()[1].top1);
        EXPECT_GT(evaluation.results()[0].top1, 50);
        accuracies.insert(evaluation.results()[0].top1);
    }
    EXPECT_EQ(accuracies.size(), 1u);
}

} // namespace
} // namespace dinoscope
