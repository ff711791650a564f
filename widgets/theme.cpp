// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/theme.h"

#include <QApplication>
#include <QPalette>
#include <QStyleFactory>

#include <array>

/// Resources of a static library are linked in only when asked for, outside of any namespace.
static void loadMarks() { Q_INIT_RESOURCE(marks); }

namespace dinoscope {
namespace {

using Colors = std::array<QRgb, 12>; // in the order of ColorRole

constexpr Colors kDark = {0xff15181d, 0xff1c2027, 0xff252a33, 0xff343b47, 0xffe8ebf0, 0xffa3adba,
                          0xff5ab4f0, 0xfff0a83c, 0xff5fcf95, 0xfff2cf5b, 0xffff7a70, 0xff8c9bff};
constexpr Colors kLight = {0xfff3f4f6, 0xffffffff, 0xffeceef2, 0xffcdd3db, 0xff1b2027, 0xff59636f,
                           0xff0b6bb5, 0xffa85b00, 0xff1c7a48, 0xff7d6000, 0xffc0322b, 0xff4453c9};

QColor colorOf(const Colors& colors, ColorRole role) { return QColor::fromRgb(colors[static_cast<std::size_t>(role)]); }

QPalette paletteOf(const Colors& colors, bool dark) {
    const auto of = [&colors](ColorRole role) { return colorOf(colors, role); };
    QPalette palette;
    palette.setColor(QPalette::Window, of(ColorRole::window));
    palette.setColor(QPalette::Base, of(ColorRole::panel));
    palette.setColor(QPalette::AlternateBase, of(ColorRole::raised));
    palette.setColor(QPalette::Button, of(ColorRole::raised));
    palette.setColor(QPalette::Mid, of(ColorRole::line));
    palette.setColor(QPalette::Midlight, of(ColorRole::line));
    palette.setColor(QPalette::Dark, of(ColorRole::line));
    palette.setColor(QPalette::Light, of(ColorRole::raised));
    palette.setColor(QPalette::ToolTipBase, of(ColorRole::raised));
    for (const QPalette::ColorRole role :
         {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText})
        palette.setColor(role, of(ColorRole::text));
    palette.setColor(QPalette::PlaceholderText, of(ColorRole::mutedText));
    palette.setColor(QPalette::Highlight, of(ColorRole::accent));
    palette.setColor(QPalette::HighlightedText, dark ? of(ColorRole::window) : QColor(Qt::white));
    palette.setColor(QPalette::Link, of(ColorRole::accent));
    QColor faint = of(ColorRole::mutedText);
    faint.setAlphaF(0.6F);
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, faint);
    return palette;
}

/// Measures and lines that a palette cannot say. Placeholders in capitals are roles.
QString styleSheetOf(const Colors& colors) {
    QString sheet = QStringLiteral(R"(
QMainWindow::separator { background: @window; width: 6px; height: 6px; }
QMainWindow::separator:hover { background: @accent; }
QToolBar { background: @panel; border: 0; border-bottom: 1px solid @line; padding: 4px 8px; spacing: 4px; }
QToolBar QToolButton { padding: 4px 10px; border-radius: 4px; border: 1px solid transparent; }
QToolBar QToolButton:hover:enabled { background: @raised; }
QToolBar QToolButton:focus { border: 1px solid @accent; }
QToolBar::separator { background: @line; width: 1px; margin: 4px 8px; }
QMenuBar { background: @panel; border-bottom: 1px solid @line; }
QMenuBar::item { padding: 4px 10px; background: transparent; }
QMenuBar::item:selected { background: @raised; }
QDockWidget { font-weight: 600; }
QDockWidget::title { background: @panel; padding: 6px 8px; text-align: left; }
QTabBar::tab { background: @window; color: @muted; padding: 5px 12px; border: 0; border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: @text; background: @panel; border-bottom: 2px solid @accent; }
QTabBar::tab:hover { color: @text; }
QScrollArea { border: 0; background: transparent; }
QToolTip { background: @raised; color: @text; border: 1px solid @line; padding: 4px; }
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox { background: @raised; border: 1px solid @line; border-radius: 4px; padding: 2px 6px; min-height: 18px; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus { border-color: @accent; }
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled { color: @muted; background: @panel; }
QComboBox::drop-down { border: 0; width: 18px; }
QComboBox::down-arrow { image: url(:/dinoscope/chevron-@scheme.svg); width: 10px; height: 10px; }
QLineEdit[refused="true"] { border-color: @bad; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid @muted; border-radius: 3px; background: @raised; }
QCheckBox::indicator:hover:enabled, QCheckBox::indicator:focus { border-color: @accent; }
QCheckBox::indicator:checked { image: url(:/dinoscope/check-@scheme.svg); background: @accent; border-color: @accent; }
QCheckBox::indicator:checked:focus { border-color: @text; }
QCheckBox::indicator:disabled { border-color: @line; background: @panel; }
QCheckBox::indicator:checked:disabled { background: @muted; }
QSlider { min-height: 18px; }
QSlider::groove:horizontal { height: 4px; background: @line; border-radius: 2px; }
QSlider::sub-page:horizontal { background: @accent; border-radius: 2px; }
QSlider::handle:horizontal { width: 10px; margin: -5px 0; border-radius: 7px; background: @accent; border: 2px solid @panel; }
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus { border-color: @text; }
QSlider::sub-page:horizontal:disabled, QSlider::handle:horizontal:disabled { background: @muted; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @line; border-radius: 4px; margin: 1px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: @muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QToolButton[groupHead="true"] { background: transparent; border: 0; border-bottom: 1px solid @line; padding: 4px 0; font-weight: 600; }
QToolButton[groupHead="true"]:hover, QToolButton[groupHead="true"]:focus { border-bottom-color: @accent; }
QComboBox QAbstractItemView { background: @panel; border: 1px solid @line; selection-background-color: @accent; }
QPushButton { background: @raised; border: 1px solid @line; border-radius: 4px; padding: 4px 12px; }
QPushButton:hover:enabled { border-color: @accent; }
QPushButton:focus { border-color: @accent; }
QPushButton:checked { background: @accent; color: @onaccent; border-color: @accent; }
QPushButton:disabled { color: @muted; background: @panel; }
QPushButton[primary="true"]:enabled { background: @accent; color: @onaccent; border-color: @accent; font-weight: 600; }
QPlainTextEdit, QTextBrowser, QListView { background: @panel; border: 1px solid @line; border-radius: 4px; }
QLabel[muted="true"] { color: @muted; }
QLabel[heading="true"] { font-weight: 600; }
QLabel[dropHint="true"] { background: @raised; border: 2px dashed @accent; border-radius: 6px; font-weight: 600; }
QLabel[tone="bad"] { color: @bad; }
QLabel[tone="accent"] { color: @accent; }
QLabel[tone="warning"] { color: @warning; }
QTableWidget { background: @panel; border: 1px solid @line; border-radius: 4px; gridline-color: @line; }
QHeaderView::section { background: @raised; color: @muted; border: 0; border-bottom: 1px solid @line; padding: 3px 6px; }
)");
    const std::array<std::pair<const char*, ColorRole>, 8> names = {{{"@window", ColorRole::window},
                                                                     {"@panel", ColorRole::panel},
                                                                     {"@raised", ColorRole::raised},
                                                                     {"@line", ColorRole::line},
                                                                     {"@text", ColorRole::text},
                                                                     {"@muted", ColorRole::mutedText},
                                                                     {"@bad", ColorRole::bad},
                                                                     {"@warning", ColorRole::warning}}};
    const bool dark = colors == kDark;
    sheet.replace(QStringLiteral("@scheme"), dark ? QStringLiteral("dark") : QStringLiteral("light"));
    sheet.replace(QStringLiteral("@onaccent"), dark ? QStringLiteral("#15181d") : QStringLiteral("#ffffff"));
    sheet.replace(QStringLiteral("@accent"), colorOf(colors, ColorRole::accent).name());
    for (const auto& [name, role] : names)
        sheet.replace(QLatin1String(name), colorOf(colors, role).name());
    return sheet;
}

} // namespace

QColor themeColor(ColorRole role, const QPalette& palette) { return colorOf(isDark(palette) ? kDark : kLight, role); }

bool isDark(const QPalette& palette) { return palette.color(QPalette::Window).lightness() < 128; }

QString themeName(ThemeChoice choice) {
    return choice == ThemeChoice::light  ? QStringLiteral("light")
           : choice == ThemeChoice::dark ? QStringLiteral("dark")
                                         : QStringLiteral("system");
}

ThemeChoice themeNamed(const QString& name) {
    return name == QStringLiteral("light")  ? ThemeChoice::light
           : name == QStringLiteral("dark") ? ThemeChoice::dark
                                            : ThemeChoice::system;
}

void applyTheme(QApplication& application, ThemeChoice choice) {
    loadMarks();
    if (!application.property("systemIsDark").isValid()) // before this program changes the palette for the first time
        application.setProperty("systemIsDark", isDark(QApplication::palette()));
    const bool dark =
        choice == ThemeChoice::dark || (choice == ThemeChoice::system && application.property("systemIsDark").toBool());
    const Colors& colors = dark ? kDark : kLight;
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QApplication::setPalette(paletteOf(colors, dark));
    application.setStyleSheet(styleSheetOf(colors));
}

} // namespace dinoscope
