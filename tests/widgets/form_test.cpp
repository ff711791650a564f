// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/param_form.h"
#include "widgets/range_field.h"
#include "widgets/range_slider.h"
#include "widgets/value_slider.h"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QWheelEvent>

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

namespace dinoscope {
namespace {

FieldDescription describe(const char* id, const char* group, FieldDescription::Kind kind) {
    FieldDescription field;
    field.id = QString::fromLatin1(id);
    field.group = QString::fromLatin1(group);
    field.label = field.id.section(QLatin1Char('.'), 1);
    field.kind = kind;
    return field;
}

std::vector<FieldDescription> someFields() {
    FieldDescription rate = describe("optim.rate", "Optimiser", FieldDescription::Kind::real);
    rate.help = QStringLiteral("Peak of the schedule.");
    rate.hasSlider = true;
    rate.softMin = 1e-4;
    rate.softMax = 1;
    rate.logarithmic = true;
    FieldDescription backbone = describe("model.backbone", "Model", FieldDescription::Kind::choice);
    backbone.choices = {QStringLiteral("small"), QStringLiteral("large")};
    return {rate, backbone, describe("model.norm", "Model", FieldDescription::Kind::flag),
            describe("model.depth", "Model", FieldDescription::Kind::integer)};
}

const QString kRate = QStringLiteral("optim.rate");

TEST(ParamForm, TypedValueIsEmittedOnceWhenEntered) {
    ParamForm form(someFields());
    form.show();
    QSignalSpy spy(&form, &ParamForm::edited);
    auto* line = form.row(kRate)->findChild<QLineEdit*>();
    line->setFocus();
    line->selectAll();
    QTest::keyClicks(line, QStringLiteral("0.25"));
    EXPECT_EQ(spy.count(), 0) << "half a number is no edit";
    QTest::keyClick(line, Qt::Key_Return);
    line->clearFocus();
    ASSERT_EQ(spy.count(), 1);
    EXPECT_EQ(spy[0][0].toString(), kRate);
    EXPECT_EQ(spy[0][1].toString(), QStringLiteral("0.25"));
}

TEST(ParamForm, ValuesFromOutsideEmitNothing) {
    ParamForm form(someFields());
    QSignalSpy spy(&form, &ParamForm::edited);
    form.row(kRate)->setText(QStringLiteral("0.01"));
    form.row(QStringLiteral("model.backbone"))->setText(QStringLiteral("large"));
    form.row(QStringLiteral("model.norm"))->setText(QStringLiteral("true"));
    EXPECT_EQ(spy.count(), 0);
    EXPECT_EQ(form.row(kRate)->text(), QStringLiteral("0.01"));
    EXPECT_EQ(form.row(QStringLiteral("model.backbone"))->text(), QStringLiteral("large"));
    EXPECT_EQ(form.row(QStringLiteral("model.norm"))->text(), QStringLiteral("true"));
}

TEST(ParamForm, FlagAndChoiceSpeakTexts) {
    ParamForm form(someFields());
    form.row(QStringLiteral("model.norm"))->setText(QStringLiteral("false"));
    form.row(QStringLiteral("model.backbone"))->setText(QStringLiteral("small"));
    QSignalSpy spy(&form, &ParamForm::edited);
    form.row(QStringLiteral("model.norm"))->findChild<QCheckBox*>()->click();
    form.row(QStringLiteral("model.backbone"))->findChild<QComboBox*>()->setCurrentIndex(1);
    ASSERT_EQ(spy.count(), 2);
    EXPECT_EQ(spy[0][1].toString(), QStringLiteral("true"));
    EXPECT_EQ(spy[1][1].toString(), QStringLiteral("large"));
}

TEST(ParamForm, WhatAPersonTypesIsNotOverwritten) {
    ParamForm form(someFields());
    form.show();
    QApplication::setActiveWindow(&form);
    auto* line = form.row(kRate)->findChild<QLineEdit*>();
    form.row(kRate)->setText(QStringLiteral("0.01"));
    line->setFocus();
    line->selectAll();
    QTest::keyClicks(line, QStringLiteral("0.5"));
    form.row(kRate)->setText(QStringLiteral("0.02"));
    EXPECT_EQ(line->text(), QStringLiteral("0.5"));
}

TEST(ParamForm, TakenDownWhileAPersonTypesIsSilent) {
    auto form = std::make_unique<ParamForm>(someFields());
    QSignalSpy spy(form.get(), &ParamForm::edited);
    form->show();
    QApplication::setActiveWindow(form.get());
    auto* line = form->row(kRate)->findChild<QLineEdit*>();
    line->setFocus();
    QTest::keyClicks(line, QStringLiteral("0.5"));
    form.reset();
    EXPECT_EQ(spy.count(), 0);
}

TEST(ParamForm, FilterShowsRowsWithAllWordsAndOpensFoldedGroups) {
    ParamForm form(someFields());
    EXPECT_EQ(form.visibleRowCount(), 4);
    for (auto* head : form.findChildren<QToolButton*>())
        head->setChecked(false);
    EXPECT_EQ(form.visibleRowCount(), 0);
    form.setFilter(QStringLiteral("PEAK schedule"));
    EXPECT_EQ(form.visibleRowCount(), 1);
    form.setFilter(QStringLiteral("model."));
    EXPECT_EQ(form.visibleRowCount(), 3);
    form.setFilter(QStringLiteral("peak depth"));
    EXPECT_EQ(form.visibleRowCount(), 0);
}

TEST(ParamForm, RowsWithoutAMeaningAreHidden) {
    ParamForm form(someFields());
    form.setApplies(QStringLiteral("model.depth"), false);
    EXPECT_EQ(form.visibleRowCount(), 3);
    form.setApplies(QStringLiteral("model.depth"), true);
    EXPECT_EQ(form.visibleRowCount(), 4);
    EXPECT_EQ(form.row(QStringLiteral("no.such")), nullptr);
}

TEST(FieldRow, SaysWhatIsPendingRefusedAndOtherThanThePreset) {
    FieldRow row(someFields().front());
    row.setState(FieldRow::State::refused, QStringLiteral("must be above 0"));
    EXPECT_EQ(row.sentence(), QStringLiteral("must be above 0"));
    row.setState(FieldRow::State::plain);
    EXPECT_EQ(row.sentence(), QString());
    const auto shown = [&row](const QString& words) {
        const auto labels = row.findChildren<QLabel*>();
        return std::any_of(labels.begin(), labels.end(),
                           [&](const QLabel* label) { return label->text().contains(words); });
    };
    EXPECT_FALSE(shown(QStringLiteral("0.001")));
    row.setBaseline(QStringLiteral("0.001"));
    EXPECT_TRUE(shown(QStringLiteral("0.001")));
}

TEST(FieldRow, EveryEditorHasAnAccessibleName) {
    const ParamForm form(someFields());
    for (const FieldRow* row : form.rows())
        for (const QWidget* child : row->findChildren<QWidget*>())
            EXPECT_FALSE(child->focusPolicy() != Qt::NoFocus && child->parentWidget() == row &&
                         child->accessibleName().isEmpty())
                << row->field().id.toStdString();
}

TEST(ValueSlider, LogarithmicMiddleIsTheGeometricMean) {
    ValueSlider slider(1e-4, 1, true);
    slider.setValue(500);
    EXPECT_NEAR(slider.realValue(), 1e-2, 1e-6);
    slider.setValue(0);
    EXPECT_DOUBLE_EQ(slider.realValue(), 1e-4);
    slider.setValue(1000);
    EXPECT_DOUBLE_EQ(slider.realValue(), 1);
}

TEST(ValueSlider, SettingIsSilentAndStaysInside) {
    ValueSlider slider(0, 2, false);
    QSignalSpy spy(&slider, &ValueSlider::moved);
    slider.setRealValue(0.5);
    EXPECT_DOUBLE_EQ(slider.realValue(), 0.5);
    slider.setRealValue(7);
    EXPECT_DOUBLE_EQ(slider.realValue(), 2);
    EXPECT_EQ(spy.count(), 0);
}

TEST(ValueSlider, LogarithmicTakesZeroAsTheLeast) {
    ValueSlider slider(1e-4, 1, true);
    slider.setRealValue(0);
    EXPECT_DOUBLE_EQ(slider.realValue(), 1e-4);
}

TEST(ValueSlider, KeyMovesAndSettles) {
    ValueSlider slider(0, 1, false);
    slider.setRealValue(0.5);
    QSignalSpy moved(&slider, &ValueSlider::moved), settled(&slider, &ValueSlider::settled);
    QTest::keyClick(&slider, Qt::Key_Right);
    EXPECT_EQ(moved.count(), 1);
    EXPECT_EQ(settled.count(), 1);
    EXPECT_GT(slider.realValue(), 0.5);
}

TEST(RangeField, OneEndTakesTheOtherAlong) {
    RangeField field(QStringLiteral("Scale"), QStringLiteral("smallest"), QStringLiteral("largest"), 0.01, 1);
    field.setValues(0.1, 0.4);
    std::vector<std::pair<double, double>> settled;
    QObject::connect(&field, &RangeField::settled, [&](double low, double high) { settled.emplace_back(low, high); });
    field.lowBox().setValue(0.5);
    EXPECT_EQ(field.high(), 0.5);
    EXPECT_EQ(field.slider().high(), 0.5);
    field.highBox().setValue(0.3);
    EXPECT_EQ(field.low(), 0.3);
    field.highBox().setValue(0.9);
    EXPECT_EQ(settled, (std::vector<std::pair<double, double>>{{0.5, 0.5}, {0.3, 0.3}, {0.3, 0.9}}));
    field.setValues(0.145, 0.9);
    field.highBox().setValue(0.8);
    EXPECT_EQ(settled.size(), 4U);
    field.setValues(0.2, 0.8);
    EXPECT_EQ(settled.size(), 4U) << "nobody has changed anything";
}

TEST(RangeField, TheWheelIsForWhoScrollsPastIt) {
    RangeField field(QStringLiteral("Scale"), QStringLiteral("smallest"), QStringLiteral("largest"), 0, 1);
    field.show();
    auto* box = field.findChild<QDoubleSpinBox*>();
    const auto turn = [&] {
        QWheelEvent event({5, 5}, box->mapToGlobal(QPointF(5, 5)), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(box, &event);
        return box->value();
    };
    EXPECT_EQ(turn(), 0);
    field.activateWindow();
    box->setFocus();
    ASSERT_TRUE(QTest::qWaitFor([&] { return box->hasFocus(); }));
    EXPECT_GT(turn(), 0);
}

TEST(RangeField, AHandleCountsWhenItIsLetGo) {
    RangeField field(QStringLiteral("Scale"), QStringLiteral("smallest"), QStringLiteral("largest"), 0, 1);
    field.resize(400, 30);
    field.show();
    field.setValues(0.2, 0.4);
    int settled = 0;
    QObject::connect(&field, &RangeField::settled, [&] { ++settled; });
    RangeSlider& slider = field.slider();
    const auto at = [&](double value) { return QPoint(static_cast<int>(std::lround(slider.placeOf(value))), 8); };
    QTest::mousePress(&slider, Qt::LeftButton, {}, at(0.4));
    QTest::mouseMove(&slider, at(0.7));
    EXPECT_NEAR(field.high(), 0.7, 0.02) << "the number follows";
    EXPECT_EQ(field.low(), 0.2);
    field.setValues(0.2, 0.4);
    EXPECT_NEAR(field.high(), 0.7, 0.02) << "what a person holds stays in the hand";
    QTest::mouseRelease(&slider, Qt::LeftButton, {}, at(0.7));
    EXPECT_EQ(settled, 1);
    QTest::mousePress(&slider, Qt::LeftButton, {}, at(0.7));
    QTest::mouseMove(&slider, at(0.1));
    EXPECT_NEAR(field.low(), 0.1, 0.02) << "the lower end is taken along";
    EXPECT_TRUE(QTest::qWaitFor([&] { return settled == 2; }, 60'000)) << "a handle that rests counts, too";
    QTest::mouseRelease(&slider, Qt::LeftButton, {}, at(0.1));
    EXPECT_EQ(settled, 2);
}

} // namespace
} // namespace dinoscope
