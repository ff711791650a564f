// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/probes/given_picture.h"

#include "engine/probes/crops_probe.h"
#include "engine/probes/probe_list.h"
#include "engine/support/check.h"

#include <gtest/gtest.h>

namespace dinoscope {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::string complaint(const Image& picture) {
    try {
        checkPicture(picture);
    } catch (const EngineError& error) {
        EXPECT_EQ(error.error().code, ErrorCode::badInput);
        return error.what();
    }
    return {};
}

TEST(GivenPicture, NamesWhatIsWrong) {
    EXPECT_EQ(complaint({2, 1, 3, Bytes(6)}), "");
    EXPECT_NE(complaint({0, 1, 1, {}}).find("empty"), std::string::npos);
    EXPECT_NE(complaint({2, 2, 4, Bytes(16)}).find("4 channels"), std::string::npos);
    EXPECT_NE(complaint({2, 2, 1, Bytes(3)}).find("3 bytes"), std::string::npos);
    EXPECT_NE(complaint({70000, 1, 1, Bytes(70000)}).find("65535"), std::string::npos);
}

TEST(GivenPicture, GreyIsRepeatedAndColourWeighed) {
    const Image grey{2, 1, 1, {10, 200}};
    EXPECT_EQ(withChannels(grey, 3).pixels, (Bytes{10, 10, 10, 200, 200, 200}));
    EXPECT_EQ(withChannels(grey, 1).pixels, grey.pixels);
    const Image colour{4, 1, 3, {255, 0, 0, 0, 255, 0, 0, 0, 255, 77, 77, 77}};
    // round(0.299 * 255), round(0.587 * 255), round(0.114 * 255), and grey stays itself
    EXPECT_EQ(withChannels(colour, 1).pixels, (Bytes{76, 150, 29, 77}));
}

TEST(CropsProbe, CutsAllViewsInsideThePicture) {
    AugmentOptions options;
    options.globalSize = 12;
    options.localSize = 6;
    options.localCrops = 5;
    const CropsAnswer answer =
        cropsOfPicture({40, 30, 3, Bytes(3600, 50)}, "a picture", options, {1, Epoch{0}, SampleIndex{2}});
    ASSERT_EQ(answer.views.size(), 7U);
    for (std::size_t i = 0; i < answer.views.size(); ++i) {
        const ViewInfo& view = answer.views[i];
        EXPECT_EQ(view.isGlobal, i < 2);
        EXPECT_EQ(view.seenByTeacher, i < 2);
        EXPECT_EQ(view.image.width, i < 2 ? 12 : 6);
        EXPECT_GE(view.left, 0);
        EXPECT_LE(view.left + view.width, 40);
        EXPECT_LE(view.top + view.height, 30);
        EXPECT_NEAR(view.areaShare, view.width * view.height / 1200, 1e-9);
    }
}

TEST(CropsProbe, RowsOutsideTheBatchAreRefused) {
    EXPECT_NO_THROW(checkBatchRow(7, 8));
    EXPECT_THROW(checkBatchRow(8, 8), EngineError);
    EXPECT_THROW(checkBatchRow(-1, 8), EngineError);
}

TEST(ProbeList, StandsInTheOrderOfProbeKind) {
    ASSERT_EQ(probeList().size(), std::variant_size_v<ProbeQuestion>);
    EXPECT_EQ(probeList()[static_cast<std::size_t>(ProbeKind::crops)].id, "crops");
    EXPECT_EQ(probeList()[static_cast<std::size_t>(ProbeKind::softmax)].id, "softmax");
    EXPECT_EQ(probeList()[static_cast<std::size_t>(ProbeKind::attention)].id, "attention");
    EXPECT_EQ(probeList()[static_cast<std::size_t>(ProbeKind::samples)].id, "samples");
}

} // namespace
} // namespace dinoscope
