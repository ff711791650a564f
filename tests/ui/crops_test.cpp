// SPDX-License-Identifier: GPL-3.0-or-later
// The parameters in the Crops panel: how a change reaches the run, and how the crops follow.
#include "tests/ui/window_fixture.h"
#include "ui/crop_params.h"
#include "ui/moment.h"
#include "ui/panels/crops_panel.h"
#include "ui/panels/parameters_panel.h"
#include "widgets/crop_board.h"
#include "widgets/param_form.h"
#include "widgets/range_field.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>

#include <algorithm>

namespace dinoscope {
namespace {

class CropsTest : public WindowFixture {
protected:
    CropsPanel& crops() const { return *window->workspace().panel<CropsPanel>(); }
    CropParams& params() const { return crops().params(); }
    void openRun(std::optional<std::int64_t> sample = {}) {
        makeWindow();
        pauseAtStart();
        if (sample)
            crops().source().show({PictureRef::Kind::sample, *sample, {}, {}});
        ASSERT_TRUE(waitFor([&] { return crops().board().cropCount() > 0 && hasSettled(); }));
    }
    bool hasSettled() const { return crops().hasShown(Step{1}) && !crops().board().isDimmed(); }
    double inForce(const char* id) const { return std::get<double>(window->bridge().snapshot()->params->at(id)); }
    std::vector<std::string> sent() const {
        std::vector<std::string> ids;
        for (const SetParamCommand& change : script->received<SetParamCommand>())
            ids.push_back(change.id);
        return ids;
    }
    /// Share of the 28 x 28 picture that the smallest global box covers.
    double smallestGlobal() const {
        double least = 1;
        for (const CropBoard::Crop& crop : crops().board().crops())
            if (crop.isGlobal)
                least = std::min(least, crop.box.width() * crop.box.height() / (28 * 28));
        return least;
    }
};

TEST_F(CropsTest, AScaleThatIsMovedCutsTheShownPictureAnew) {
    openRun(6);
    RangeField& global = *params().range("augment.global_scale_min");
    EXPECT_EQ(global.low(), 0.4);
    EXPECT_EQ(global.high(), 1.0);
    global.lowBox().setValue(0.9);
    ASSERT_TRUE(waitFor([&] { return inForce("augment.global_scale_min") == 0.9; }));
    EXPECT_TRUE(waitFor([&] { return smallestGlobal() > 0.6 && hasSettled(); })) << smallestGlobal();
    EXPECT_TRUE(crops().status().isEmpty()) << crops().status().toStdString();
    EXPECT_EQ(sent(), std::vector<std::string>{"augment.global_scale_min"});
    EXPECT_EQ(std::get<double>(window->draft().params().at("augment.global_scale_min")), 0.9)
        << "the next run starts from it";
}

TEST_F(CropsTest, EndsThatPassEachOtherAreSentSoThatNoneIsRefused) {
    openRun(6);
    RangeField& local = *params().range("augment.local_scale_min"); // 0.1 to 0.4
    local.lowBox().setValue(0.6);
    ASSERT_TRUE(waitFor([&] { return inForce("augment.local_scale_min") == 0.6; }));
    EXPECT_EQ(inForce("augment.local_scale_max"), 0.6);
    EXPECT_EQ(sent(), (std::vector<std::string>{"augment.local_scale_max", "augment.local_scale_min"}));
    local.highBox().setValue(0.2);
    ASSERT_TRUE(waitFor([&] { return inForce("augment.local_scale_max") == 0.2; }));
    EXPECT_EQ(inForce("augment.local_scale_min"), 0.2);
    EXPECT_TRUE(crops().note().isEmpty()) << crops().note().toStdString();
}

TEST_F(CropsTest, ChangesOnTheirWayCountForTheOrderOfTheNext) {
    openRun(6);
    RangeField& local = *params().range("augment.local_scale_min");
    script->gate.hold("probe"); // the engine takes no command while it answers
    crops().rerollButton().click();
    script->gate.waitForArrivals("probe", 1);
    local.lowBox().setValue(0.6);
    local.highBox().setValue(0.9);
    local.lowBox().setValue(0.8);
    EXPECT_EQ(local.low(), 0.8) << "what was sent stays to be seen";
    script->gate.release("probe");
    ASSERT_TRUE(waitFor(
        [&] { return inForce("augment.local_scale_min") == 0.8 && inForce("augment.local_scale_max") == 0.9; }));
    EXPECT_TRUE(crops().note().isEmpty()) << crops().note().toStdString();
}

TEST_F(CropsTest, TheLastBatchIsSaidToBeWhatWasTrainedOn) {
    openRun();
    const double before = smallestGlobal();
    params().range("augment.global_scale_min")->lowBox().setValue(0.95);
    ASSERT_TRUE(waitFor([&] { return inForce("augment.global_scale_min") == 0.95 && hasSettled(); }));
    ASSERT_TRUE(waitFor([&] { return !crops().status().isEmpty(); }));
    EXPECT_TRUE(crops().status().contains(QStringLiteral("trained on"))) << crops().status().toStdString();
    EXPECT_EQ(smallestGlobal(), before);
    window->runBar().action(CommandKind::step)->trigger();
    EXPECT_TRUE(waitFor([&] { return smallestGlobal() > 0.6; }));
    EXPECT_TRUE(waitFor([&] { return crops().status().isEmpty(); })) << crops().status().toStdString();
}

TEST_F(CropsTest, WhoeverChangesAParameterTheCropsFollow) {
    openRun(6);
    auto* form = &window->workspace().panel<ParametersPanel>()->form();
    emit form->edited(QStringLiteral("augment.local_crops"), QStringLiteral("9"));
    EXPECT_TRUE(waitFor([&] { return crops().board().cropCount() == 11; }));
    EXPECT_EQ(params().number("augment.local_crops")->value(), 9);
    params().number("augment.local_crops")->setValue(2);
    EXPECT_TRUE(waitFor([&] { return crops().board().cropCount() == 4; }));
    params().number("augment.global_size")->setValue(20);
    EXPECT_TRUE(waitFor([&] { return crops().board().crops()[0].image.width() == 20; }));
}

TEST_F(CropsTest, FrozenCropsStay) {
    openRun(6);
    crops().freezeButton().click();
    params().number("augment.local_crops")->setValue(2);
    ASSERT_TRUE(waitFor([&] { return params().number("augment.local_crops")->value() == 2 && !sent().empty(); }));
    EXPECT_EQ(crops().board().cropCount(), 6U);
    crops().freezeButton().click();
    EXPECT_TRUE(waitFor([&] { return crops().board().cropCount() == 4; }));
}

TEST_F(CropsTest, EveryTileSaysWhichNetworkSeesIt) {
    openRun(6);
    const auto networks = [&] {
        QStringList words;
        for (const CropBoard::Crop& crop : crops().board().crops())
            words << crop.networks;
        return words.join(QLatin1Char(' '));
    };
    EXPECT_EQ(networks(), QStringLiteral("both both student student student student"));
    QComboBox& pairing = *params().choice("loss.pairing");
    pairing.setCurrentText(QStringLiteral("locals_to_globals"));
    emit pairing.activated(1);
    ASSERT_TRUE(waitFor([&] { return networks().startsWith(QStringLiteral("teacher teacher student")); }))
        << networks().toStdString();
    EXPECT_TRUE(crops().board().crops()[0].details.contains(QStringLiteral("Seen by the teacher alone")));
    EXPECT_TRUE(crops().board().crops()[2].details.contains(QStringLiteral("Seen by the student alone")));
}

TEST_F(CropsTest, AControlThatCannotActSaysWhy) {
    makeWindow();
    window->showWorkspace();
    QDoubleSpinBox& low = params().range("augment.global_scale_min")->lowBox();
    EXPECT_FALSE(low.isEnabled());
    EXPECT_FALSE(low.toolTip().isEmpty()) << "no run is open";
    for (const QPushButton* button :
         {&crops().rerollButton(), &crops().freezeButton(), &crops().source().openButton()}) {
        EXPECT_FALSE(button->isEnabled());
        EXPECT_EQ(button->toolTip().toStdString(), refusal(RunState::empty, CommandKind::requestProbe));
    }
    for (const char* id : {"augment.recipe", "loss.pairing"})
        EXPECT_EQ(params().choice(id) != nullptr, window->bridge().catalog().params.find(id) != nullptr)
            << "what the engine does not have is left out";
    pauseAtStart();
    ASSERT_TRUE(waitFor([&] { return low.isEnabled(); }));
    QSpinBox& side = *params().number("augment.local_size");
    EXPECT_FALSE(side.isEnabled());
    EXPECT_TRUE(side.toolTip().contains(QStringLiteral("next run"))) << side.toolTip().toStdString();
    window->moment().set(Step{1});
    EXPECT_FALSE(low.isEnabled());
    EXPECT_TRUE(low.toolTip().contains(QStringLiteral("past"))) << low.toolTip().toStdString();
    window->moment().set({});
    EXPECT_TRUE(low.isEnabled());
    window->runBar().action(CommandKind::stop)->trigger();
    ASSERT_TRUE(waitFor([&] { return state() == RunState::finished; }));
    ASSERT_TRUE(waitFor([&] { return !low.isEnabled(); }));
    EXPECT_EQ(low.toolTip().toStdString(), refusal(RunState::finished, CommandKind::setParam));
}

TEST_F(CropsTest, ARefusalIsASentenceAndTheValueGoesBack) {
    openRun(6);
    script->failNext("setParam", {ErrorCode::badParameter, "train", "This scale cannot be had now.", {}, {}});
    RangeField& global = *params().range("augment.global_scale_min");
    global.lowBox().setValue(0.7);
    ASSERT_TRUE(waitFor([&] { return crops().note() == QStringLiteral("This scale cannot be had now."); }));
    EXPECT_EQ(global.low(), 0.4);
    global.lowBox().setValue(0.7);
    ASSERT_TRUE(waitFor([&] { return inForce("augment.global_scale_min") == 0.7; }));
    EXPECT_TRUE(waitFor([&] { return crops().note().isEmpty(); }));
}

TEST_F(CropsTest, TheStripFoldsAwayUnderALineOfItsValues) {
    openRun();
    QToolButton& head = params().head();
    EXPECT_TRUE(head.text().startsWith(QStringLiteral("Global 28 px 0.4–1 · 4 local 14 px 0.1–0.4 · ")))
        << head.text().toStdString();
    EXPECT_FALSE(params().range("augment.global_scale_min")->isVisible());
    head.click();
    const QSize size = window->size();
    ASSERT_TRUE(waitFor([&] { return params().height() > 2 * head.height(); })) << "it can be reached, by scrolling";
    EXPECT_EQ(window->size(), size);
    EXPECT_TRUE(params().range("augment.global_scale_min")->isVisible());
    EXPECT_EQ(head.text(), QStringLiteral("Sizes and scales"));
    for (QWidget* control : params().findChildren<QWidget*>())
        if (qobject_cast<QAbstractSpinBox*>(control) || qobject_cast<QComboBox*>(control)) {
            EXPECT_FALSE(control->accessibleName().isEmpty()) << control->metaObject()->className();
            EXPECT_FALSE(control->toolTip().isEmpty()) << control->accessibleName().toStdString();
        }
}

} // namespace
} // namespace dinoscope
