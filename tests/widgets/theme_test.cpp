// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/line_icons.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QPalette>
#include <QPixmap>

#include <gtest/gtest.h>

#include <cmath>

namespace dinoscope {
namespace {

/// Relative luminance and contrast ratio of WCAG 2.1.
double luminance(const QColor& color) {
    const auto part = [](double value) {
        return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * part(color.redF()) + 0.7152 * part(color.greenF()) + 0.0722 * part(color.blueF());
}

double contrast(const QColor& a, const QColor& b) {
    const double first = luminance(a), second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

class Themes : public testing::TestWithParam<ThemeChoice> {
protected:
    void SetUp() override { applyTheme(*qApp, GetParam()); }
};

TEST_P(Themes, TextIsReadableOnEveryGround) {
    const QPalette palette = QApplication::palette();
    for (const ColorRole ground : {ColorRole::panel, ColorRole::window, ColorRole::raised})
        for (const ColorRole role : {ColorRole::text, ColorRole::mutedText})
            EXPECT_GE(contrast(themeColor(role, palette), themeColor(ground, palette)), 4.5);
    for (const ColorRole role : {ColorRole::student, ColorRole::teacher, ColorRole::good, ColorRole::warning,
                                 ColorRole::bad, ColorRole::accent})
        EXPECT_GE(contrast(themeColor(role, palette), themeColor(ColorRole::panel, palette)), 4.5);
}

TEST_P(Themes, SelectedTextIsReadable) {
    const QPalette palette = QApplication::palette();
    EXPECT_GE(contrast(palette.color(QPalette::HighlightedText), palette.color(QPalette::Highlight)), 4.5);
}

TEST_P(Themes, PaletteBelongsToTheChoice) {
    EXPECT_EQ(isDark(QApplication::palette()), GetParam() == ThemeChoice::dark);
    EXPECT_FALSE(qApp->styleSheet().contains(QLatin1Char('@'))) << "a role without a colour";
}

TEST_P(Themes, IconsAreDrawnInTheTextColor) {
    const QPalette palette = QApplication::palette();
    for (int i = 0; i <= static_cast<int>(LineIcon::lens); ++i) {
        const QImage image = lineIcon(static_cast<LineIcon>(i), palette).pixmap(24, 24).toImage();
        bool strong = false;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                if (qAlpha(image.pixel(x, y)) > 200)
                    strong = strong || contrast(image.pixelColor(x, y), palette.color(QPalette::ButtonText)) < 1.2;
        EXPECT_TRUE(strong) << "icon " << i << " is empty";
    }
}

INSTANTIATE_TEST_SUITE_P(LightAndDark, Themes, testing::Values(ThemeChoice::light, ThemeChoice::dark),
                         [](const auto& info) { return themeName(info.param).toStdString(); });

TEST(Theme, NamesComeBack) {
    for (const ThemeChoice choice : {ThemeChoice::system, ThemeChoice::light, ThemeChoice::dark})
        EXPECT_EQ(themeNamed(themeName(choice)), choice);
    EXPECT_EQ(themeNamed(QStringLiteral("beige")), ThemeChoice::system);
}

TEST(Theme, SystemChoiceReturnsToWhatTheSystemHad) {
    applyTheme(*qApp, ThemeChoice::system);
    const bool before = isDark(QApplication::palette());
    applyTheme(*qApp, before ? ThemeChoice::light : ThemeChoice::dark);
    applyTheme(*qApp, ThemeChoice::system);
    EXPECT_EQ(isDark(QApplication::palette()), before);
}

} // namespace
} // namespace dinoscope
